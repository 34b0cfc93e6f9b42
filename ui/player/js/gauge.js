/** Learning rate x sharpness of the frame shown, against the limit of this run. */

import { formatSteady, formatTick } from "../../browser/js/format.js";
import { setText } from "../../browser/js/transport.js";

/** The limit stands in the middle of the track, whatever it is. */
const REACH_IN_LIMITS = 2;
const USUAL_LIMIT = 2;

export class Gauge {
  constructor(element) {
    this.element = element;
    this.value = element.querySelector(".value");
    this.words = element.querySelector(".gauge-words");
    this.needle = element.querySelector(".gauge-needle");
    this.track = element.querySelector(".gauge-track");
    [, this.middle, this.end] = element.querySelectorAll(".gauge-scale span");
  }

  /**
   * @param {number | null} limit null where theory knows none
   * @param {string} whyNoLimit the reason for that, in words
   */
  show(product, limit, whyNoLimit) {
    const known = Number.isFinite(product);
    const side = !known || limit === null ? "unknown" : product < limit ? "stable" : "past";
    this.element.dataset.side = side;
    setText(this.value, known ? formatSteady(product, 2) : "not known");
    const words = describeSide(side, known, limit, whyNoLimit);
    setText(this.words, words);
    const reach = REACH_IN_LIMITS * (limit ?? USUAL_LIMIT);
    setText(this.middle, limit === null ? formatTick(USUAL_LIMIT) : `limit ${formatTick(limit)}`);
    setText(this.end, `${formatTick(reach)} and more`);
    this.needle.hidden = !known;
    this.needle.style.left = `${(100 * Math.max(0, Math.min(reach, known ? product : 0))) / reach}%`;
    this.track.setAttribute("aria-label", `Learning rate times sharpness: ${this.value.textContent}. ${words}`);
  }
}

function describeSide(side, known, limit, whyNoLimit) {
  if (!known) return "Too large for a number here";
  if (limit === null) return `No limit: ${whyNoLimit}`;
  return side === "stable" ? `Below the limit ${formatTick(limit)}` : `▲ Past the limit ${formatTick(limit)}`;
}
