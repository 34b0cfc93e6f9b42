/** Learning rate x sharpness of the frame shown, against the limit of plain gradient descent. */

import { formatSteady } from "./format.js";
import { setText } from "./transport.js";

const GAUGE_REACH = 4;

export class Gauge {
  constructor(element) {
    this.element = element;
    this.value = element.querySelector(".value");
    this.words = element.querySelector(".gauge-words");
    this.needle = element.querySelector(".gauge-needle");
    this.track = element.querySelector(".gauge-track");
  }

  show(product, limit) {
    const known = Number.isFinite(product);
    const side = !known || limit === null ? "unknown" : product < limit ? "stable" : "past";
    this.element.dataset.side = side;
    setText(this.value, known ? formatSteady(product, 2) : "not known");
    setText(this.words, WORDS[side]);
    this.needle.hidden = !known;
    this.needle.style.left = `${(100 * Math.max(0, Math.min(GAUGE_REACH, known ? product : 0))) / GAUGE_REACH}%`;
    this.track.setAttribute("aria-label", `Learning rate times sharpness: ${this.value.textContent}. ${WORDS[side]}`);
  }
}

const WORDS = {
  stable: "✓ Stable side of the limit 2",
  past: "▲ Past the limit 2",
  unknown: "Limit 2 is for plain gradient descent",
};
