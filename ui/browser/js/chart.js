/** A line chart with a cursor: everything static is drawn once and copied each frame. */

import { Surface } from "./surface.js";
import { TYPE, fade } from "./theme.js";

const TO_COME = 1.5; // width of a line still to come
const FAR_ABOVE = 1000; // heights of the chart: such a line leaves it as good as upright
const APART = 6; // pixels between the limit and a tick that is another number
const MARGIN = { left: 46, right: 12, top: 10, bottom: 24 }; // around labels of TYPE pixels

export class Chart {
  constructor(canvas) {
    this.surface = new Surface(canvas);
    this.model = null;
  }

  /**
   * @param {object} model
   *   lines: [{xs, values, colour, dash, width, upper, parentUntil, leaves}], x and y scales, marks: [{x, colour}],
   *   limit: {value, label} or null, tickRows, theme, veiled: whether nothing to come is drawn;
   *   leaves: {x, label} where a line goes out through the top of an axis that is cut, or null
   */
  setModel(model) {
    this.model = model;
    const { type } = model.theme;
    this.margin = { ...MARGIN, left: (MARGIN.left * type) / TYPE, bottom: MARGIN.bottom + type - TYPE };
    this.paintLayers();
  }

  fit() {
    if (this.surface.fit() && this.model) this.paintLayers();
  }

  toX(value) {
    return this.margin.left + this.model.x.unit(value) * (this.surface.width - this.margin.left - this.margin.right);
  }

  toY(value, highest = 1.02) {
    const unit = Math.max(-0.02, Math.min(highest, this.model.y.unit(value)));
    return this.surface.height - this.margin.bottom - unit * (this.surface.height - this.margin.top - this.margin.bottom);
  }

  /** The x value under a position on the canvas. */
  valueAt(pixel) {
    const unit = (pixel - this.margin.left) / (this.surface.width - this.margin.left - this.margin.right);
    return this.model.x.value(Math.max(0, Math.min(1, unit)));
  }

  paintLayers() {
    if (this.surface.width < 2) return;
    this.ghost = this.surface.layer();
    this.bold = this.surface.layer();
    this.paintAxes(this.ghost.context);
    this.paintMarks(this.ghost.context);
    for (const line of this.model.lines.flatMap((each) => this.partsOf(each))) {
      if (!this.model.veiled) this.paintToCome(line);
      this.paintBand(this.bold.context, line, 0.3);
      this.paintLine(this.bold.context, line, 1);
    }
    this.front = this.surface.layer();
    this.paintLimit(this.front.context);
    if (!this.model.veiled) this.paintLeaving(this.front.context);
  }

  paintToCome(line) {
    const { theme } = this.model;
    this.paintBand(this.ghost.context, line, 0.1);
    this.paintLine(this.ghost.context, { ...line, colour: fade(line.colour, theme.surface), width: TO_COME }, 1);
  }

  /** A branch's line in two parts: its parent's history in grey, then its own. */
  partsOf(line) {
    if (!Number.isFinite(line.parentUntil)) return [line];
    const at = this.toX(line.parentUntil);
    const parent = { ...line, colour: this.model.theme.muted, dash: [], clip: [0, at] };
    return [parent, { ...line, clip: [at, this.surface.width] }];
  }

  paintAxes(context) {
    const { theme, x, y, tickRows, limit } = this.model;
    const { width, height } = this.surface;
    context.font = `${theme.type}px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.strokeStyle = theme.grid;
    context.lineWidth = 1;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const { value, label } of y.ticks(tickRows)) {
      const at = Math.round(this.toY(value)) + 0.5;
      if (limit && value !== limit.value && Math.abs(at - this.toY(limit.value)) < APART) continue;
      strokeSegment(context, this.margin.left, at, width - this.margin.right, at);
      context.fillText(label, this.margin.left - 7, at);
    }
    context.textBaseline = "alphabetic";
    let free = 0;
    for (const { value, label } of x.ticks(Math.floor(width / (75 + 6 * (theme.type - TYPE))))) {
      const at = this.toX(value);
      const half = context.measureText(label).width / 2;
      const centre = Math.min(at, width - half - 1);
      if (centre - half < free) continue;
      context.textAlign = "center";
      context.fillText(label, centre, height - 7);
      free = centre + half + 8;
    }
  }

  paintMarks(context) {
    context.setLineDash([2, 3]);
    for (const mark of this.model.marks) {
      context.strokeStyle = this.model.theme.muted;
      const at = Math.round(this.toX(mark)) + 0.5;
      strokeSegment(context, at, this.margin.top, at, this.surface.height - this.margin.bottom);
    }
    context.setLineDash([]);
  }

  paintLimit(context) {
    const { limit, theme } = this.model;
    if (!limit) return;
    const at = Math.round(this.toY(limit.value)) + 0.5;
    context.strokeStyle = theme.text;
    context.setLineDash([6, 4]);
    strokeSegment(context, this.margin.left, at, this.surface.width - this.margin.right, at);
    context.setLineDash([]);
    context.fillStyle = theme.text;
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.strokeStyle = theme.surface;
    context.lineWidth = 4;
    context.strokeText(limit.label, this.surface.width - this.margin.right - 2, at - 3);
    context.fillText(limit.label, this.surface.width - this.margin.right - 2, at - 3);
  }

  /** Says beside each line that leaves through the top where it goes. */
  paintLeaving(context) {
    const { theme, lines } = this.model;
    context.font = `${theme.type}px ${theme.font}`;
    context.textBaseline = "top";
    context.textAlign = "left";
    context.lineWidth = 4;
    context.strokeStyle = theme.surface;
    context.fillStyle = theme.text;
    lines.filter(({ leaves }) => leaves).forEach(({ leaves: { x, label } }, row) => {
      const at = this.toX(x);
      const before = at > this.surface.width / 2;
      const text = before ? `${label} ↑` : `↑ ${label}`;
      const { width } = context.measureText(text);
      const beside = before ? at - 5 - width : Math.min(at + 5, this.surface.width - width);
      // In a small chart over the line rather than over the numbers of the axis.
      const place = [text, Math.max(this.margin.left + 3, beside), this.margin.top + row * (theme.type + 3)];
      context.strokeText(...place);
      context.fillText(...place);
    });
  }

  paintLine(context, line, alpha) {
    context.save();
    this.clipTo(context, line);
    context.globalAlpha = alpha;
    context.strokeStyle = line.colour;
    context.lineWidth = line.width ?? 2.5;
    context.lineJoin = "round";
    context.setLineDash(line.dash ?? []);
    context.beginPath();
    let drawing = false;
    const highest = line.leaves ? FAR_ABOVE : undefined;
    for (let i = 0; i < line.values.length; i++) {
      if (!Number.isFinite(line.values[i])) {
        drawing = false;
        continue;
      }
      const [x, y] = [this.toX(line.xs[i]), this.toY(line.values[i], highest)];
      if (drawing) context.lineTo(x, y);
      else context.moveTo(x, y);
      drawing = true;
    }
    context.stroke();
    context.restore();
  }

  clipTo(context, { clip, leaves }) {
    if (!clip && !leaves) return;
    const [from, to] = clip ?? [0, this.surface.width];
    const top = leaves ? this.margin.top - 2 : 0;
    context.beginPath();
    context.rect(from, top, to - from, this.surface.height - top);
    context.clip();
  }

  /** The largest value between two frames, as bars above the line, so that no spike is lost. */
  paintBand(context, line, alpha) {
    if (!line.upper) return;
    context.save();
    this.clipTo(context, line);
    context.globalAlpha = alpha;
    context.fillStyle = line.colour;
    for (let i = 1; i < line.values.length; i++) {
      if (!Number.isFinite(line.upper[i]) || !Number.isFinite(line.values[i])) continue;
      const left = Math.round(this.toX(line.xs[i - 1]));
      const right = Math.max(left + 1, Math.round(this.toX(line.xs[i])));
      const top = this.toY(line.upper[i]);
      const height = this.toY(line.values[i]) - top;
      if (height > 0.5) context.fillRect(left, top, right - left, height);
    }
    context.restore();
  }

  /** @param {number} cursor x value of the moment shown */
  render(cursor) {
    if (!this.ghost) return;
    const { context, height } = this.surface;
    const { theme } = this.model;
    const at = this.toX(cursor);
    this.surface.clear();
    this.surface.stamp(this.ghost);
    this.surface.stamp(this.bold, at);
    this.surface.stamp(this.front);
    context.strokeStyle = theme.text;
    context.globalAlpha = 0.55;
    context.lineWidth = 1.25;
    strokeSegment(context, at, this.margin.top - 4, at, height - this.margin.bottom);
    context.globalAlpha = 1;
    for (const line of this.model.lines) this.paintDot(context, line, cursor);
  }

  /** At the last point recorded: the numbers beside the chart are those of it. */
  paintDot(context, line, cursor) {
    const i = lastAtOrBefore(line.xs, cursor);
    const height = this.toY(line.values[i]);
    const left = line.leaves && this.model.y.unit(line.values[i]) > 1; // there it would tell another value
    if (!Number.isFinite(height) || left) return;
    context.beginPath();
    context.arc(this.toX(line.xs[i]), height, 5, 0, 2 * Math.PI);
    context.fillStyle = line.xs[i] < line.parentUntil ? this.model.theme.muted : line.colour;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = this.model.theme.surface;
    context.stroke();
  }
}

/** Index of the last entry of the rising array `xs` that is not beyond `x`. */
export function lastAtOrBefore(xs, x) {
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function strokeSegment(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
