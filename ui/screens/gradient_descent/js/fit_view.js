/** Points and the lines fitted to them, moving; the samples of the current step are ringed. */

import { coordinateAt, whereabouts } from "./runners.js";
import { float64s } from "../../../browser/js/decode.js";
import { Plot, drawable } from "./plot.js";
import { strokeSegment } from "../../../browser/js/chart.js";

const RINGS = 9; // pixels

export class FitView {
  constructor(canvas) {
    this.plot = new Plot(canvas);
  }

  /** @param {object} data x, y (blocks), the ranges of both, and the intercept where it is held */
  setScene(data, runners, theme) {
    Object.assign(this, { data, runners, theme });
    this.xs = float64s(data.x);
    this.ys = float64s(data.y);
    this.plot.setRange(data.x_range, data.y_range, { x: "x", y: "y" });
    this.paint();
  }

  fit() {
    if (this.plot.fit() && this.data) this.paint();
  }

  paint() {
    if (this.plot.surface.width < 2) return;
    this.layer = this.plot.surface.layer();
    const { context } = this.layer;
    this.plot.paintAxes(context, this.theme);
  }

  drawPoints(context) {
    context.fillStyle = this.theme.text;
    context.globalAlpha = 0.75;
    for (let i = 0; i < this.xs.length; i++) {
      context.beginPath();
      context.arc(this.plot.toX(this.xs[i]), this.plot.toY(this.ys[i]), 4, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  render(moment) {
    if (!this.layer) return;
    const { plot } = this;
    const { context } = plot.surface;
    plot.surface.clear();
    plot.surface.stamp(this.layer);
    plot.clip(context);
    const places = this.runners.map((runner) => whereabouts(runner, moment));
    this.runners.forEach((runner, k) => this.drawLine(context, runner, places[k]));
    this.drawPoints(context); // over the lines, which have an edge that would hide them
    this.runners.forEach((runner, k) => this.drawSamples(context, runner, places[k].index));
    context.restore();
  }

  drawLine(context, runner, where) {
    const { plot } = this;
    const slope = coordinateAt(runner, where, 0);
    const intercept = runner.dimensions > 1 ? coordinateAt(runner, where, 1) : this.data.intercept;
    const ends = plot.x.flatMap((x) => [plot.toX(x), drawable(plot.toY(slope * x + intercept))]);
    for (const [colour, width] of [[this.theme.surface, 6], [runner.colour, 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      strokeSegment(context, ...ends);
    }
  }

  drawSamples(context, runner, index) {
    const chosen = runner.batches?.[index];
    if (!chosen || chosen.length === this.xs.length) return;
    context.strokeStyle = runner.colour;
    context.lineWidth = 2.5;
    for (const i of chosen) {
      context.beginPath();
      context.arc(this.plot.toX(this.xs[i]), this.plot.toY(this.ys[i]), RINGS, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
