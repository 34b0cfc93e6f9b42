/** A rectangle of a canvas with two axes: places of values, ticks, arrows. */

import { formatNumber } from "../../../browser/js/format.js";
import { linearScale } from "../../../browser/js/scale.js";
import { Surface } from "../../../browser/js/surface.js";
import { strokeSegment } from "../../../browser/js/chart.js";

const EDGES = { left: 46, right: 14, top: 26, bottom: 40 };
const NAME_LEFT = 40;
const NAME_ABOVE = 11;
const ARROW_HEAD = 9;
const OUT_THERE = 24; // pixels of the arrow towards what is outside
export const SEEN_AROUND = 10; // around the axes, in which a mark is still drawn

export class Plot {
  constructor(canvas) {
    this.surface = new Surface(canvas);
  }

  /**
   * @param {number[]} x from and to
   * @param {number[]} y from and to
   * @param {{x: string, y: string}} names of the axes
   * @param {boolean} equal whether a unit is as long on both axes, so that right angles look right
   */
  setRange(x, y, names, equal = false) {
    Object.assign(this, { x, y, names, equal });
    this.place();
  }

  place() {
    const { width, height } = this.surface;
    let [w, h] = [Math.max(10, width - EDGES.left - EDGES.right), Math.max(10, height - EDGES.top - EDGES.bottom)];
    if (this.equal) {
      const unit = Math.min(w / (this.x[1] - this.x[0]), h / (this.y[1] - this.y[0]));
      [w, h] = [unit * (this.x[1] - this.x[0]), unit * (this.y[1] - this.y[0])];
    }
    this.left = EDGES.left + (width - EDGES.left - EDGES.right - w) / 2;
    this.top = EDGES.top + (height - EDGES.top - EDGES.bottom - h) / 2;
    this.width = w;
    this.height = h;
  }

  fit() {
    const changed = this.surface.fit();
    if (changed && this.x) this.place();
    return changed;
  }

  toX(value) {
    return this.left + (this.width * (value - this.x[0])) / (this.x[1] - this.x[0]);
  }

  toY(value) {
    return this.top + this.height * (1 - (value - this.y[0]) / (this.y[1] - this.y[0]));
  }

  /** The values under a position on the canvas, or null outside the axes. */
  valuesAt({ x, y }) {
    const [across, up] = [(x - this.left) / this.width, 1 - (y - this.top) / this.height];
    if (across < 0 || across > 1 || up < 0 || up > 1) return null;
    return [this.x[0] + across * (this.x[1] - this.x[0]), this.y[0] + up * (this.y[1] - this.y[0])];
  }

  /** Keeps what is drawn inside the axes; undone by context.restore(). */
  clip(context, margin = 0) {
    context.save();
    context.beginPath();
    context.rect(this.left - margin, this.top - margin, this.width + 2 * margin, this.height + 2 * margin);
    context.clip();
  }

  /** Whether a mark at a pixel can be seen. */
  holds([x, y]) {
    return x >= this.left - SEEN_AROUND && x <= this.left + this.width + SEEN_AROUND && y >= this.top - SEEN_AROUND && y <= this.top + this.height + SEEN_AROUND;
  }

  paintAxes(context, theme, grid = true) {
    const bottom = this.top + this.height;
    context.font = `13px ${theme.font}`;
    context.lineWidth = 1;
    context.strokeStyle = theme.grid;
    context.fillStyle = theme.muted;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const { value, label } of linearScale(...this.y).ticks(Math.max(2, this.height / 60))) {
      const at = this.toY(value);
      if (grid) strokeSegment(context, this.left, at, this.left + this.width, at);
      context.fillText(label, this.left - 7, at);
    }
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (const { value, label } of linearScale(...this.x).ticks(Math.max(2, this.width / 75))) {
      const at = this.toX(value);
      if (grid) strokeSegment(context, at, this.top, at, bottom);
      context.fillText(label, at, bottom + 18);
    }
    context.strokeStyle = theme.border;
    context.strokeRect(this.left, this.top, this.width, this.height);
    context.fillStyle = theme.text;
    context.font = `600 13px ${theme.font}`;
    context.textAlign = "right";
    context.fillText(this.names.x, this.left + this.width, bottom + 34);
    context.textAlign = "left";
    // Above the axes and the highest number: within them a mark or a curve may lie.
    context.fillText(this.names.y, this.left - NAME_LEFT, this.top - NAME_ABOVE);
  }
}

/** Half as much again as the larger number fits any pixel: beyond it a canvas draws nothing anyway. */
export const drawable = (value) => Math.max(-1e6, Math.min(1e6, value));

export function drawArrow(context, x0, y0, x1, y1, colour, { dash = [], width = 3 } = {}) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 1.5)) return;
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = Math.min(ARROW_HEAD, 0.6 * length);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  strokeSegment(context, x0, y0, x1 - dx * head, y1 - dy * head);
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - dx * head - dy * head * 0.55, y1 - dy * head + dx * head * 0.55);
  context.lineTo(x1 - dx * head + dy * head * 0.55, y1 - dy * head - dx * head * 0.55);
  context.closePath();
  context.fill();
}

export const placeInWords = (name, value) => `${name} = ${formatNumber(value, 3)}`;

/** Says of a point outside of the axes which way it is, by an arrow at their edge, and where. */
export function drawOutThere(context, plot, [x, y], words, colour, theme) {
  const nearest = (value, low, size) => Math.min(Math.max(value, low + 4), low + size - 4);
  const [tipX, tipY] = [nearest(x, plot.left, plot.width), nearest(y, plot.top, plot.height)];
  const length = Math.hypot(x - tipX, y - tipY);
  const [dx, dy] = [(x - tipX) / length, (y - tipY) / length];
  const [tailX, tailY] = [tipX - OUT_THERE * dx, tipY - OUT_THERE * dy];
  drawArrow(context, tailX, tailY, tipX, tipY, theme.surface, { width: 9 });
  drawArrow(context, tailX, tailY, tipX, tipY, colour);
  context.font = `600 13px ${theme.font}`;
  const room = context.measureText(words).width;
  const left = Math.min(Math.max(tailX - room / 2, plot.left + 4), plot.left + plot.width - room - 4);
  const below = tailY < plot.top + plot.height / 2;
  context.textAlign = "left";
  context.textBaseline = below ? "top" : "alphabetic";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = theme.surface;
  context.fillStyle = theme.text;
  const height = tailY + (below ? 8 : -8);
  context.strokeText(words, left, height);
  context.fillText(words, left, height);
}
