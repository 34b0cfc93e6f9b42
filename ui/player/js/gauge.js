/** Learning rate x sharpness of the frame shown, against the limit of this run. */

import { formatNumber, formatSteady, formatTick } from "../../browser/js/format.js";
import { setText } from "../../browser/js/transport.js";

/** The limit stands in the middle of the track, whatever it is. */
const REACH_IN_LIMITS = 2;
const USUAL_LIMIT = 2;
const DECIMALS = 2;

export class Gauge {
  constructor(element) {
    this.element = element;
    this.value = element.querySelector(".value");
    this.words = element.querySelector(".gauge-words");
    this.needle = element.querySelector(".gauge-needle");
    this.track = element.querySelector(".gauge-track");
    [, this.middle, this.end] = element.querySelectorAll(".gauge-scale span");
  }

  /** @param {object} held what `limitAt` returns: the limit, and what the product is of */
  show(product, held) {
    const { limit } = held;
    const known = Number.isFinite(product);
    const asks = this.element.closest("[data-asks=true]") !== null;
    const side = sideOf(product, held, asks);
    this.element.dataset.side = side;
    setText(this.value, known ? formatSteady(product, DECIMALS) : "not known");
    const words = [describeSide(side, product, held, asks), held.note].filter(Boolean).join(". ");
    setText(this.words, words);
    const reach = REACH_IN_LIMITS * (limit ?? USUAL_LIMIT);
    setText(this.middle, limit === null ? formatTick(USUAL_LIMIT) : `limit ${formatTick(limit)}`);
    setText(this.end, known && product > reach ? `beyond ${formatTick(reach)}` : `${formatTick(reach)} and more`);
    this.needle.hidden = !known;
    this.needle.style.left = `${(100 * Math.max(0, Math.min(reach, known ? product : 0))) / reach}%`;
    this.track.setAttribute("aria-label", `Learning rate times sharpness: ${this.value.textContent}. ${words}`);
  }
}

/** Below the limit is a good sign only where there is something to learn from. */
function sideOf(product, { limit, stalled }, asks) {
  if (!Number.isFinite(product) || limit === null) return "unknown";
  if (asks) return "asked";
  if (product >= limit) return "past";
  return stalled ? "still" : "stable";
}

/** Where a question waits for its answer, the side or why there is no limit may be that answer. */
function describeSide(side, product, { limit, whyNoLimit, ofLimit, dead, clippedTo }, asks) {
  if (!Number.isFinite(product)) return "Too large for a number here";
  if (limit === null) return asks ? "No limit holds here" : `No limit: ${whyNoLimit}`;
  if (side === "asked") return `The limit is ${formatTick(limit)}`;
  if (side === "still") {
    return dead ? "Hardly anything moves: the gradient has vanished" : "The gradient is nearly zero: a plateau, or a minimum";
  }
  const of = ofLimit && ` (${ofLimit})`;
  const clipped = clippedTo === null ? "" : `. Clipped: as short as at rate ${formatNumber(clippedTo, 3)}`;
  const close = formatSteady(product, DECIMALS) === formatSteady(limit, DECIMALS);
  const place = side === "stable" ? (close ? "Just below" : "Below") : `▲ ${close ? "Just past" : "Past"}`;
  return `${place} the limit ${formatTick(limit)}${of}${clipped}`;
}
