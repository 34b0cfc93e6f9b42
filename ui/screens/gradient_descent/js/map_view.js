/** Two variables from above: lines of equal value, the trails over them, gradient and momentum. */

import { coordinateAt, drawMark, whereabouts } from "./runners.js";
import { heightOf, traceLevels, valueAt } from "./landscape.js";
import { SEEN_AROUND, Plot, drawArrow, drawOutThere, drawable, placeInWords } from "./plot.js";
import { blend, pack, toRgb } from "../../../browser/js/theme.js";

const LEVELS = 16;
const DOTS_SHOWN = 150; // of a trail; more of them hide each other
const LONGEST_ARROW = 70;
const SHORTEST_ARROW = 10; // a shorter one would be all head

export class MapView {
  constructor(canvas) {
    this.plot = new Plot(canvas);
  }

  setScene(landscape, runners, theme) {
    if (landscape !== this.landscape) this.levels = traceLevels(landscape, LEVELS);
    Object.assign(this, { landscape, runners, theme });
    this.steepest = runners.map((runner) => longest(runner.gradients));
    this.strongest = runners.map((runner) => longest(runner.pushes ?? []));
    this.plot.setRange(landscape.x, landscape.y, { x: landscape.names[0], y: landscape.names[1] }, landscape.equal);
    this.paint();
  }

  fit() {
    if (this.plot.fit() && this.landscape) this.paint();
  }

  paint() {
    const { plot, theme } = this;
    if (plot.surface.width < 2) return;
    this.layer = plot.surface.layer();
    const { context } = this.layer;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.shading(), plot.left, plot.top, plot.width, plot.height);
    this.paintLevels(context);
    plot.paintAxes(context, theme, false);
    this.landscape.minima.forEach((minimum, i) => (
      i < this.landscape.deepest ? this.paintMinimum(context, minimum) : this.paintLocalMinimum(context, minimum)));
  }

  /** Low is light in the light theme and dark in the dark one: trails stand out where they end. */
  shading() {
    const { landscape, theme } = this;
    const [low, high] = [toRgb(theme.background), toRgb(theme.text)];
    const shades = Uint32Array.from({ length: 256 }, (_, i) => pack(blend(low, high, 0.02 + (0.3 * i) / 255)));
    const canvas = document.createElement("canvas");
    canvas.width = landscape.size;
    canvas.height = landscape.size;
    const context = canvas.getContext("2d");
    const image = context.createImageData(landscape.size, landscape.size);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = shades[Math.round(255 * heightOf(landscape, landscape.grid[i]))];
    context.putImageData(image, 0, 0);
    return canvas;
  }

  paintLevels(context) {
    const { plot, landscape, theme } = this;
    const [wide, high] = [plot.width / landscape.size, plot.height / landscape.size];
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    context.globalAlpha = 0.7;
    context.beginPath();
    for (const segments of this.levels) {
      for (let i = 0; i < segments.length; i += 4) {
        context.moveTo(plot.left + segments[i] * wide, plot.top + segments[i + 1] * high);
        context.lineTo(plot.left + segments[i + 2] * wide, plot.top + segments[i + 3] * high);
      }
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  paintMinimum(context, [x0, x1]) {
    const [x, y] = [this.plot.toX(x0), this.plot.toY(x1)];
    context.strokeStyle = this.theme.text;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 3 * dx, y + 3 * dy);
      context.lineTo(x + 11 * dx, y + 11 * dy);
    }
    context.stroke();
  }

  paintLocalMinimum(context, [x0, x1]) {
    context.fillStyle = this.theme.text;
    context.beginPath();
    context.arc(this.plot.toX(x0), this.plot.toY(x1), 2.5, 0, 2 * Math.PI);
    context.fill();
  }

  render(moment, switches) {
    if (!this.layer) return;
    const { plot } = this;
    const { context } = plot.surface;
    plot.surface.clear();
    plot.surface.stamp(this.layer);
    const wheres = this.runners.map((runner) => whereabouts(runner, moment));
    plot.clip(context);
    if (switches.trails) this.runners.forEach((runner, i) => this.drawTrail(context, runner, wheres[i]));
    context.restore();
    plot.clip(context, SEEN_AROUND); // a mark on the edge of the map is whole
    if (switches.arrows) this.runners.forEach((runner, i) => this.drawArrows(context, i, wheres[i]));
    this.runners.forEach((runner, i) => (
      drawMark(context, runner.mark, ...this.pixelOf(runner, wheres[i]), runner.colour, this.theme.surface)));
    context.restore();
    this.runners.forEach((runner, i) => this.tellOutThere(context, runner, wheres[i]));
  }

  tellOutThere(context, runner, where) {
    const at = this.pixelOf(runner, where);
    if (this.plot.holds(at)) return;
    const step = { ...where, share: 0 }; // whose numbers stand beside the map as well
    const places = this.landscape.names.map((name, axis) => placeInWords(name, coordinateAt(runner, step, axis)));
    drawOutThere(context, this.plot, at, places.join(", "), runner.colour, this.theme);
  }

  pixelOf(runner, where) {
    const [x, y] = [coordinateAt(runner, where, 0), coordinateAt(runner, where, 1)];
    return [drawable(this.plot.toX(x)), drawable(this.plot.toY(y))];
  }

  drawTrail(context, runner, where) {
    const { plot, theme } = this;
    const line = new Path2D();
    for (let i = 0; i <= where.index; i++) {
      line[i ? "lineTo" : "moveTo"](drawable(plot.toX(runner.points[2 * i])), drawable(plot.toY(runner.points[2 * i + 1])));
    }
    line.lineTo(...this.pixelOf(runner, where));
    context.lineJoin = "round";
    context.strokeStyle = theme.surface;
    context.globalAlpha = 0.6;
    context.lineWidth = 5;
    context.stroke(line);
    context.globalAlpha = 1;
    context.strokeStyle = runner.colour;
    context.lineWidth = 2.5;
    context.stroke(line);
    if (where.index > DOTS_SHOWN) return;
    context.fillStyle = runner.colour;
    for (let i = 0; i <= where.index; i++) {
      context.beginPath();
      context.arc(drawable(plot.toX(runner.points[2 * i])), drawable(plot.toY(runner.points[2 * i + 1])), this.runners.length > 1 ? 2.5 : 3.5, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** Against the gradient (dashed), and what the optimizer remembers of earlier steps (solid). */
  drawArrows(context, i, where) {
    const runner = this.runners[i];
    const from = this.pixelOf(runner, where);
    this.drawDirection(context, from, runner.gradients, where.index, this.steepest[i], this.theme.text, [5, 3]);
    if (runner.pushes) this.drawDirection(context, from, runner.pushes, where.index, this.strongest[i], runner.colour, []);
  }

  drawDirection(context, [x, y], vectors, index, most, colour, dash) {
    const { plot } = this;
    const dx = (-vectors[2 * index] * plot.width) / (plot.x[1] - plot.x[0]);
    const dy = (vectors[2 * index + 1] * plot.height) / (plot.y[1] - plot.y[0]);
    const pixels = Math.hypot(dx, dy);
    const size = Math.hypot(vectors[2 * index], vectors[2 * index + 1]);
    if (!(pixels > 0) || !(most > 0)) return;
    const length = LONGEST_ARROW * (size / most) ** 0.3;
    if (length < SHORTEST_ARROW) return;
    drawArrow(context, x, y, x + (dx / pixels) * length, y + (dy / pixels) * length, colour, { dash, width: 2.5 });
  }

  startAt(pixel) {
    return this.plot.valuesAt(pixel);
  }

  /** The point under the pointer and the value there. */
  describe(pixel) {
    const point = this.plot.valuesAt(pixel);
    return point && [...point, valueAt(this.landscape, point)];
  }
}

function longest(vectors) {
  let most = 0;
  for (let i = 0; i + 1 < vectors.length; i += 2) most = Math.max(most, Math.hypot(vectors[i], vectors[i + 1]));
  return most;
}
