/**
 * Hidden space: every point where the first layer puts it, and the line that the second layer draws.
 *
 * The output decides by the sign of Z2[1] - Z2[0], which is linear in H1: in hidden space the
 * boundary is a flat plane, whatever it looks like in the input plane. With more than two neurons
 * the picture is a projection along that plane (so it is seen edge-on, as an exact line), and
 * across it the direction in which the points spread most.
 */

import { sigmoid } from "../../../browser/js/network.js";
import { Surface } from "../../../browser/js/surface.js";

const ROUNDS = 12;
const MARGIN = 0.08;

/** H1 of every point, one row a point. */
export function hiddenActivations(frame, points) {
  const h = frame.hidden;
  const H1 = new Float64Array(points.count * h);
  for (let i = 0; i < points.count; i++) {
    const [x, y] = [points.X[2 * i], points.X[2 * i + 1]];
    for (let j = 0; j < h; j++) H1[i * h + j] = sigmoid(frame.x0[j] * x + frame.x1[j] * y + frame.bias[j]);
  }
  return H1;
}

const length = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

/**
 * @param {object} frame weights
 * @param {Float64Array} H1 from hiddenActivations
 * @param {number} count of points
 * @param {Float64Array | null} axis the second direction of the picture before, so that none flips over
 * @returns {{u: Float64Array, v: Float64Array, line: number[], axis: Float64Array | null, plane: boolean}}
 *   coordinates of the points; the boundary is line[0] u + line[1] v + line[2] = 0, positive where the answer is the second class
 */
export function project(frame, H1, count, axis) {
  const h = frame.hidden;
  const normal = Float64Array.from(frame.out1, (value, j) => value - frame.out0[j]);
  const offset = frame.outBias1 - frame.outBias0;
  const u = new Float64Array(count);
  const v = new Float64Array(count);
  if (h <= 2) {
    for (let i = 0; i < count; i++) {
      u[i] = H1[i * h];
      v[i] = h === 2 ? H1[i * h + 1] : 0.5;
    }
    return { u, v, line: [normal[0], h === 2 ? normal[1] : 0, offset], axis: null, plane: true };
  }
  const size = length(normal);
  const first = size > 0 ? normal.map((value) => value / size) : normal.map((_, j) => (j === 0 ? 1 : 0));
  const second = widest(H1, count, h, first, axis);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < h; j++) {
      u[i] += H1[i * h + j] * first[j];
      v[i] += H1[i * h + j] * second[j];
    }
  }
  return { u, v, line: [size, 0, offset], axis: second, plane: false };
}

/** The direction at right angles to `first` in which the points spread most (power iteration). */
function widest(H1, count, h, first, start) {
  const mean = new Float64Array(h);
  for (let i = 0; i < count; i++) for (let j = 0; j < h; j++) mean[j] += H1[i * h + j] / count;
  let axis = Float64Array.from(first, (_, j) => start?.[j] ?? Math.cos(1 + 2.4 * j));
  for (let round = 0; round < ROUNDS; round++) {
    axis = acrossTo(axis, first);
    const next = new Float64Array(h);
    for (let i = 0; i < count; i++) {
      let along = 0;
      for (let j = 0; j < h; j++) along += (H1[i * h + j] - mean[j]) * axis[j];
      for (let j = 0; j < h; j++) next[j] += along * (H1[i * h + j] - mean[j]);
    }
    if (length(next) > 0) axis = next;
  }
  return acrossTo(axis, first);
}

function acrossTo(vector, first) {
  const along = vector.reduce((sum, value, j) => sum + value * first[j], 0);
  const across = vector.map((value, j) => value - along * first[j]);
  const size = length(across) || 1;
  return across.map((value) => value / size);
}

export class HiddenSpace {
  constructor(canvas) {
    this.surface = new Surface(canvas);
    this.axis = null;
  }

  setLane(lane, theme) {
    if (this.lane?.hidden !== lane.hidden) this.axis = null;
    Object.assign(this, { lane, theme });
  }

  fit() {
    this.surface.fit();
  }

  evaluate(frame) {
    const { points } = this.lane;
    this.shown = project(frame, hiddenActivations(frame, points), points.count, this.axis);
    this.axis = this.shown.axis;
    this.box = this.frameOf(this.shown);
  }

  /** What the picture holds: the unit square, or the points with the boundary in the middle. */
  frameOf({ u, v, line, plane }) {
    if (plane) return { u0: -MARGIN, u1: 1 + MARGIN, v0: -MARGIN, v1: 1 + MARGIN };
    const centre = line[0] > 0 ? -line[2] / line[0] : 0;
    const reach = (1 + 2 * MARGIN) * Math.max(1e-9, u.reduce((most, value) => Math.max(most, Math.abs(value - centre)), 0));
    const low = v.reduce((least, value) => Math.min(least, value), Infinity);
    const high = v.reduce((most, value) => Math.max(most, value), -Infinity);
    const gap = MARGIN * Math.max(1e-9, high - low);
    return { u0: centre - reach, u1: centre + reach, v0: low - gap, v1: high + gap };
  }

  at(u, v) {
    const { u0, u1, v0, v1 } = this.box;
    return [((u - u0) / (u1 - u0)) * this.surface.width, (1 - (v - v0) / (v1 - v0)) * this.surface.height];
  }

  render(selected) {
    if (!this.shown) return;
    this.surface.clear();
    this.paintSides();
    const { points } = this.lane;
    for (let i = points.count - 1; i >= 0; i--) this.paintPoint(i, false);
    if (selected !== null) this.paintPoint(selected, true);
    this.paintLabels();
  }

  paintSides() {
    const { context, width, height } = this.surface;
    const [a, b, c] = this.sideOnScreen();
    const size = Math.hypot(a, b);
    if (!(size > 0)) return;
    const [nx, ny] = [a / size, b / size];
    const [px, py] = [(-nx * c) / size, (-ny * c) / size];
    const far = 4 * (width + height);
    for (const [side, colour] of [[1, this.theme.blue], [-1, this.theme.orange]]) {
      context.beginPath();
      context.moveTo(px - far * ny, py + far * nx);
      context.lineTo(px + far * ny, py - far * nx);
      context.lineTo(px + far * (ny + side * nx), py + far * (side * ny - nx));
      context.lineTo(px + far * (side * nx - ny), py + far * (nx + side * ny));
      context.closePath();
      context.globalAlpha = 0.16;
      context.fillStyle = colour;
      context.fill();
    }
    context.globalAlpha = 1;
    context.beginPath();
    context.moveTo(px - far * ny, py + far * nx);
    context.lineTo(px + far * ny, py - far * nx);
    context.strokeStyle = this.theme.text;
    context.lineWidth = 2;
    context.stroke();
  }

  /** The boundary as a x + b y + c = 0 in pixels. */
  sideOnScreen() {
    const { u0, u1, v0, v1 } = this.box;
    const { width, height } = this.surface;
    const [p, q, r] = this.shown.line;
    const [su, sv] = [(u1 - u0) / width, (v1 - v0) / height];
    return [p * su, -q * sv, p * u0 + q * v1 + r];
  }

  paintPoint(i, selected) {
    const { context, width } = this.surface;
    const { labels, trained } = this.lane.points;
    const [x, y] = this.at(this.shown.u[i], this.shown.v[i]);
    const r = (selected ? 1.7 : 1) * Math.max(3, width / 90);
    const colour = labels[i] ? this.theme.pointOne : this.theme.pointZero;
    context.beginPath();
    if (labels[i]) context.rect(x - 0.89 * r, y - 0.89 * r, 1.78 * r, 1.78 * r);
    else context.arc(x, y, r, 0, 2 * Math.PI);
    context.globalAlpha = i < trained || selected ? 0.9 : 0.4;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = selected ? 3 : 0.8;
    context.strokeStyle = selected ? this.theme.text : this.theme.pointEdge;
    context.stroke();
  }

  paintLabels() {
    const { context, width, height } = this.surface;
    const texts = this.lane.hidden === 1 ? ["H1, neuron 1", ""]
      : this.shown.plane ? ["H1, neuron 1", "H1, neuron 2"] : ["", "widest direction"];
    context.font = `600 13px ${this.theme.font}`;
    context.strokeStyle = this.theme.background;
    context.fillStyle = this.theme.text;
    context.lineWidth = 4;
    context.lineJoin = "round";
    const write = (text, x, y, align, room) => {
      context.textAlign = align;
      context.textBaseline = "alphabetic";
      context.strokeText(text, x, y, room);
      context.fillText(text, x, y, room);
    };
    write(texts[1], 7, 17, "left");
    if (texts[0]) write(texts[0], width - 7, height - 8, "right");
    if (!this.shown.plane) {
      const { classes } = this.lane.names;
      write(`← ${classes[0]}`, 7, height - 8, "left", width / 2 - 12);
      write(`${classes[1]} →`, width - 7, height - 8, "right", width / 2 - 12);
    }
  }
}
