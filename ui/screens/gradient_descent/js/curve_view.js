/** One variable: a curve, the points on it, the tangent, and the step along the tangent. */

import { coordinateAt, drawMark, whereabouts } from "./runners.js";
import { SEEN_AROUND, Plot, drawArrow, drawOutThere, drawable, placeInWords } from "./plot.js";
import { strokeSegment } from "../../../browser/js/chart.js";

const FADED = 0.45;
const TANGENT_HALF = 0.16; // share of the width
const STEPS_DRAWN = 400; // the newest; older ones lie under them

export class CurveView {
  /** @param {boolean} slopes whether the curve drawn is the derivative */
  constructor(canvas, slopes) {
    this.plot = new Plot(canvas);
    this.slopes = slopes;
  }

  setScene(scene, runners, theme) {
    Object.assign(this, { scene, runners, theme });
    this.panel = this.slopes ? scene.slopes : scene.values;
    this.curveColours = scene.curves.map((_, i) => (
      scene.curves.length > 1 ? runners.find((runner) => runner.curve === i)?.colour ?? theme.muted : theme.blue));
    this.plot.setRange(scene.x, this.panel.range, { x: scene.name, y: this.panel.name });
    this.paint();
  }

  fit() {
    if (this.plot.fit() && this.scene) this.paint();
  }

  paint() {
    const { plot, scene, theme } = this;
    if (plot.surface.width < 2) return;
    this.layer = plot.surface.layer();
    const { context } = this.layer;
    plot.paintAxes(context, theme);
    plot.clip(context);
    if (this.slopes) this.paintZero(context);
    else for (const minimum of scene.minima) this.paintMinimum(context, minimum);
    this.panel.curves.forEach((values, i) => this.paintCurve(context, values, this.curveColours[i]));
    context.restore();
  }

  paintZero(context) {
    context.strokeStyle = this.theme.muted;
    context.lineWidth = 1.5;
    strokeSegment(context, this.plot.left, this.plot.toY(0), this.plot.left + this.plot.width, this.plot.toY(0));
  }

  paintMinimum(context, x) {
    context.strokeStyle = this.theme.muted;
    context.lineWidth = 1.5;
    context.setLineDash([3, 4]);
    strokeSegment(context, this.plot.toX(x), this.plot.top, this.plot.toX(x), this.plot.top + this.plot.height);
    context.setLineDash([]);
  }

  paintCurve(context, values, colour) {
    const { plot, scene } = this;
    context.strokeStyle = colour;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.beginPath();
    const last = values.length - 1;
    for (let i = 0; i <= last; i++) {
      const x = scene.x[0] + ((scene.x[1] - scene.x[0]) * i) / last;
      context[i ? "lineTo" : "moveTo"](plot.toX(x), drawable(plot.toY(values[i])));
    }
    context.stroke();
  }

  render(moment, switches) {
    if (!this.layer) return;
    const { plot } = this;
    const { context } = plot.surface;
    plot.surface.clear();
    plot.surface.stamp(this.layer);
    for (const runner of this.runners) this.drawRunner(context, runner, whereabouts(runner, moment), switches);
  }

  heightAt(runner, index) {
    return this.slopes ? runner.gradients[index] : runner.values[index];
  }

  pixel(runner, index) {
    return [drawable(this.plot.toX(runner.points[index])), drawable(this.plot.toY(this.heightAt(runner, index)))];
  }

  drawRunner(context, runner, where, switches) {
    const { plot, theme } = this;
    plot.clip(context);
    if (switches.trails) this.drawTrail(context, runner, where.index);
    let at = this.pixel(runner, where.index);
    if (!this.slopes) {
      if (switches.arrows) this.drawTangent(context, runner, where.index);
      at = this.drawStep(context, runner, where, switches);
    } else if (where.share > 0) {
      const to = this.pixel(runner, where.next);
      at = at.map((from, axis) => from + where.share * (to[axis] - from));
    }
    context.restore();
    plot.clip(context, SEEN_AROUND); // a mark on the edge is whole
    drawMark(context, runner.mark, ...at, runner.colour, theme.surface);
    context.restore();
    if (!plot.holds(at)) drawOutThere(context, plot, at, placeInWords(this.scene.name, coordinateAt(runner, { ...where, share: 0 })), runner.colour, theme);
  }

  /** Steps taken: of a single runner along the tangent, then down (or up) to the curve. */
  drawTrail(context, runner, index) {
    context.lineWidth = 1.75;
    context.strokeStyle = runner.colour;
    context.globalAlpha = FADED;
    context.beginPath();
    const first = Math.max(0, index - STEPS_DRAWN);
    for (let i = first; i <= index; i++) {
      const at = this.pixel(runner, i);
      if (i === first) context.moveTo(...at);
      else {
        if (!this.slopes && this.runners.length === 1) context.lineTo(...this.tangentEnd(runner, i - 1));
        context.lineTo(...at);
      }
    }
    context.stroke();
    context.fillStyle = runner.colour;
    context.globalAlpha = 0.8;
    for (let i = first; i < index; i++) {
      context.beginPath();
      context.arc(...this.pixel(runner, i), 3.5, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  /** Where the tangent at a step meets the x of the next one. */
  tangentEnd(runner, index) {
    const next = Math.min(runner.frames - 1, index + 1);
    const dx = runner.points[next] - runner.points[index];
    return [
      drawable(this.plot.toX(runner.points[next])),
      drawable(this.plot.toY(runner.values[index] + runner.gradients[index] * dx)),
    ];
  }

  drawTangent(context, runner, index) {
    const { plot, theme } = this;
    const half = TANGENT_HALF * (plot.x[1] - plot.x[0]);
    const [x, y, slope] = [runner.points[index], runner.values[index], runner.gradients[index]];
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    context.setLineDash([6, 5]);
    strokeSegment(context, plot.toX(x - half), drawable(plot.toY(y - slope * half)),
      plot.toX(x + half), drawable(plot.toY(y + slope * half)));
    context.setLineDash([]);
  }

  /** First along the tangent, then to the curve; returns where the point is. */
  drawStep(context, runner, { index, next, share }, switches) {
    const from = this.pixel(runner, index);
    if (next === index) return from;
    const corner = this.tangentEnd(runner, index);
    if (switches.arrows) drawArrow(context, ...from, ...corner, this.theme.orange);
    const along = Math.min(1, 2 * share);
    const down = Math.max(0, 2 * share - 1);
    const to = this.pixel(runner, next);
    return [from[0] + along * (corner[0] - from[0]), from[1] + along * (corner[1] - from[1]) + down * (to[1] - corner[1])];
  }

  /** @returns {number[] | null} the start that a position stands for */
  startAt(pixel) {
    const values = this.plot.valuesAt(pixel);
    return values && [values[0]];
  }

  /** The place under the pointer, and the height of the curve there if there is one only. */
  describe(pixel) {
    const values = this.plot.valuesAt(pixel);
    if (!values || this.slopes || this.panel.curves.length > 1) return values && [values[0]];
    const [curve] = this.panel.curves;
    const [low, high] = this.scene.x;
    const at = Math.min(Math.max((values[0] - low) / (high - low), 0), 1) * (curve.length - 1);
    const before = Math.min(Math.floor(at), curve.length - 2);
    return [values[0], curve[before] + (at - before) * (curve[before + 1] - curve[before])];
  }
}
