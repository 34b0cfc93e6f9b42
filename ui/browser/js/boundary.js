/** The map: what the network answers over the plane, the boundary, the data points, the probe. */

import { outputMap, sensitivityMap } from "./network.js";
import { Surface } from "./surface.js";
import { createOutline, traceZero } from "./contour.js";
import { linearScale } from "./scale.js";

/** Cells along a side of the grid that the network is evaluated on. */
export const SIZE = 120;
/** Pixels beside an axis' name, and in a corner, that are no place for the number of a tick. */
const NAME_ROOM = 30;
const UNDECIDED = 0.1; // between the outputs of the two classes
/** So many lines of neurons can be told apart. */
export const FEW_LINES = 12;

export class BoundaryMap {
  constructor(canvas) {
    this.surface = new Surface(canvas);
    this.values = new Float32Array(SIZE * SIZE);
    this.outline = createOutline(SIZE);
    this.image = document.createElement("canvas");
    this.image.width = this.image.height = SIZE;
    this.imageContext = this.image.getContext("2d");
    this.imageData = this.imageContext.createImageData(SIZE, SIZE);
    this.pixels = new Uint32Array(this.imageData.data.buffer);
  }

  setLane(lane, theme) {
    this.lane = lane;
    this.theme = theme;
    this.paintPoints();
  }

  fit() {
    if (this.surface.fit() && this.lane) this.paintPoints();
  }

  toX(x0) {
    return ((x0 - this.lane.domain.x) / this.lane.domain.size) * this.surface.width;
  }

  toY(x1) {
    return (1 - (x1 - this.lane.domain.y) / this.lane.domain.size) * this.surface.height;
  }

  inputAt({ x, y }) {
    const { domain } = this.lane;
    return [
      domain.x + (x / this.surface.width) * domain.size,
      domain.y + (1 - y / this.surface.height) * domain.size,
    ];
  }

  /** Evaluates the network of one frame over the grid. */
  evaluate(frame, layer) {
    const sensitive = layer === "sensitivity";
    (sensitive ? sensitivityMap : outputMap)(frame, this.lane.domain, SIZE, this.values);
    const colours = sensitive ? this.theme.sensitivityRamp : this.theme.outputRamp;
    const [gain, shift] = sensitive ? [255, 0] : [127.5, 127.5];
    if (layer === "classes") for (let i = 0; i < this.pixels.length; i++) this.pixels[i] = colours[this.values[i] > 0 ? 255 : 0];
    else for (let i = 0; i < this.pixels.length; i++) this.pixels[i] = colours[(this.values[i] * gain + shift) | 0];
    this.imageContext.putImageData(this.imageData, 0, 0);
    if (sensitive) this.outline.length = 0;
    else traceZero(this.values, SIZE, this.outline);
    this.undecided = !sensitive && this.values.every((value) => Math.abs(value) < UNDECIDED);
  }

  render(wrong, probe) {
    const { context, width, height } = this.surface;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.image, 0, 0, width, height);
    this.paintOutline(context, width / SIZE, height / SIZE);
    this.surface.stamp(this.pointLayer);
    this.paintRings(context, wrong);
    this.paintProbe(context, probe);
    this.surface.stamp(this.axisLayer);
  }

  /** The line of each hidden neuron, where its Z1 is 0. */
  renderNeurons(frame) {
    if (frame.hidden > FEW_LINES) return;
    const { context } = this.surface;
    context.beginPath();
    for (let j = 0; j < frame.hidden; j++) {
      const ends = lineInSquare(frame.x0[j], frame.x1[j], frame.bias[j], this.lane.domain) ?? [];
      ends.forEach(([x0, x1], end) => context[end ? "lineTo" : "moveTo"](this.toX(x0), this.toY(x1)));
    }
    context.setLineDash([6, 5]);
    context.strokeStyle = this.theme.text;
    context.globalAlpha = 0.7;
    context.lineWidth = 1.4;
    context.stroke();
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  paintOutline(context, scaleX, scaleY) {
    context.beginPath();
    const { segments, length } = this.outline;
    for (let i = 0; i < length; i += 4) {
      context.moveTo(segments[i] * scaleX, segments[i + 1] * scaleY);
      context.lineTo(segments[i + 2] * scaleX, segments[i + 3] * scaleY);
    }
    context.strokeStyle = this.theme.text;
    context.globalAlpha = 0.8;
    context.lineWidth = 2;
    context.lineCap = "round";
    context.stroke();
    context.globalAlpha = 1;
  }

  /** Points never move: drawn once on a layer of their own. */
  paintPoints() {
    if (this.surface.width < 2) return;
    this.pointLayer = this.surface.layer();
    this.axisLayer = this.surface.layer();
    const { points } = this.lane;
    this.radius = points.count <= 12 ? 8 : points.count <= 400 ? Math.max(3, this.surface.width / 90) : 2.4;
    for (let i = points.count - 1; i >= 0; i--) this.paintPoint(this.pointLayer.context, i);
    this.paintAxisLabels(this.axisLayer.context);
  }

  paintPoint(context, i) {
    const { X, labels, trained } = this.lane.points;
    const [x, y, r] = [this.toX(X[2 * i]), this.toY(X[2 * i + 1]), this.radius];
    const colour = labels[i] ? this.theme.pointOne : this.theme.pointZero;
    context.beginPath();
    traceMark(context, labels[i], x, y, r);
    const known = i < trained;
    context.fillStyle = known ? colour : this.theme.pointEdge;
    context.globalAlpha = known ? 1 : 0.45;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = known ? this.theme.pointEdge : colour;
    context.lineWidth = known ? 1 : 1.6;
    context.stroke();
  }

  paintRings(context, wrong) {
    const { X, labels, count } = this.lane.points;
    context.beginPath();
    for (let i = 0; i < count; i++) {
      if (wrong[i]) traceMark(context, labels[i], this.toX(X[2 * i]), this.toY(X[2 * i + 1]), this.radius + 2);
    }
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1.3;
    context.stroke();
  }

  /** A ring in the shape of the point that it stands on, around and not over it. */
  paintProbe(context, [x0, x1]) {
    const [x, y] = [this.toX(x0), this.toY(x1)];
    const { X, labels } = this.lane.points;
    const on = labels.findIndex((_, i) => Math.hypot(this.toX(X[2 * i]) - x, this.toY(X[2 * i + 1]) - y) < 1);
    const r = on < 0 ? 10 : Math.max(10, this.radius + 5);
    for (const [colour, width] of [[this.theme.background, 6.5], [this.theme.probe, 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      traceMark(context, on >= 0 && labels[on], x, y, r);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + r * dx, y + r * dy);
        context.lineTo(x + (r + 8) * dx, y + (r + 8) * dy);
      }
      context.stroke();
    }
  }

  paintAxisLabels(context) {
    const { domain, names } = this.lane;
    const { width, height } = this.surface;
    context.font = `${this.theme.type}px ${this.theme.font}`;
    context.fillStyle = this.theme.text;
    context.strokeStyle = this.theme.background;
    context.lineWidth = 3;
    context.lineJoin = "round";
    const write = (text, x, y) => {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    };
    context.textAlign = "center";
    const right = width - context.measureText(names.inputs[0]).width - NAME_ROOM;
    for (const { at, label } of this.axisTicks(0, domain.x)) {
      const x = this.toX(at);
      if (x > 0.06 * width && x < right) write(label, x, height - 6);
    }
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const { at, label } of this.axisTicks(1, domain.y)) {
      const y = this.toY(at);
      if (y > NAME_ROOM && y < height - NAME_ROOM) write(label, 6, y);
    }
    context.font = `italic 600 14px ${this.theme.font}`;
    context.textAlign = "right";
    write(names.inputs[0], width - 7, height - 11);
    context.textAlign = "left";
    write(names.inputs[1], 7, 13);
  }

  /** Ticks of one axis in the points' original coordinates, placed in those of the network. */
  axisTicks(k, from) {
    const { domain, points: { shift, scale } } = this.lane;
    const original = (value) => value * scale[k] + shift[k];
    return linearScale(original(from), original(from + domain.size)).ticks(4)
      .map(({ value, label }) => ({ at: (value - shift[k]) / scale[k], label }));
  }
}

/** The mark of a class as part of a path: a square for class 1, a circle for class 0, of like size. */
export function traceMark(context, one, x, y, r) {
  if (one) context.rect(x - 0.89 * r, y - 0.89 * r, 1.78 * r, 1.78 * r);
  else {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  }
}

/** The ends of a x + b y + c = 0 on the sides of a square, or null where it does not cross. */
export function lineInSquare(a, b, c, { x, y, size }) {
  const ends = [];
  const add = (px, py) => {
    const inside = px >= x - 1e-9 && px <= x + size + 1e-9 && py >= y - 1e-9 && py <= y + size + 1e-9;
    if (inside && !ends.some(([qx, qy]) => Math.hypot(px - qx, py - qy) < 1e-9 * size)) ends.push([px, py]);
  };
  if (b !== 0) for (const side of [x, x + size]) add(side, -(a * side + c) / b);
  if (a !== 0) for (const side of [y, y + size]) add(-(b * side + c) / a, side);
  return ends.length >= 2 ? ends.slice(0, 2) : null;
}
