/** Everything that shows a moment: the shared charts and one view a lane. */

import { describeChart } from "./alternatives.js";
import { Chart } from "../../browser/js/chart.js";
import { chartModels, ratesDiffer } from "./curves.js";
import { LaneView, nameOfProduct } from "./lane_view.js";
import { describeFrames, pointAtChart, pointAtGraph, pointAtMap } from "../../browser/js/pointing.js";
import { writeLegends, writeValues } from "./readout.js";
import { formatStep } from "../../browser/js/format.js";
import { Tooltip } from "../../browser/js/tooltip.js";
import { setText } from "../../browser/js/transport.js";

const COLUMNS = 12; // of the grid that several lanes share
const FEW = 6; // neurons whose network has room beside the curves

const CHARTS = ["accuracy", "loss", "rate", "stability"];

/** Why a lane shows its last frame while others go on. */
function describeLast({ streaming, steps, frames, plannedSteps }) {
  const step = steps[frames - 1];
  if (streaming) return `Still training: step ${formatStep(step)} of ${formatStep(plannedSteps)}`;
  if (step === 0) return "Not trained yet";
  return step < plannedSteps ? `Stopped at step ${formatStep(step)}` : `Ended at step ${formatStep(step)}`;
}

/** Side by side the same thickness is the same weight: that of the largest, as fine as the most need. */
const sharedScale = (frames) => ({
  largest: Math.max(...frames.map(({ largest }) => largest)),
  hidden: Math.max(...frames.map(({ hidden }) => hidden)),
});

export class Stage {
  /**
   * @param {HTMLElement} root
   * @param {{seek: Function, release: Function, setProbe: Function, redraw: Function}} handlers
   */
  constructor(root, handlers) {
    this.root = root;
    this.handlers = handlers;
    this.views = [];
    this.tooltip = new Tooltip(root.querySelector(".tooltip"), root);
    this.charts = Object.fromEntries(CHARTS.map((name) => [name, new Chart(root.querySelector(`.chart.${name} canvas`))]));
    this.resizing = new ResizeObserver(() => this.fit());
    this.connectCharts();
  }

  connectCharts() {
    const moves = {
      seek: (moment) => this.handlers.seek(this.timeline.nearest(moment)),
      release: () => this.handlers.release(),
    };
    const describe = (moment) => {
      const position = this.timeline.nearest(moment);
      return describeFrames(this.lanes, this.lanes.map((_, i) => this.timeline.frame(i, position)));
    };
    for (const chart of Object.values(this.charts)) pointAtChart(chart, describe, this.tooltip, moves);
  }

  setLanes(lanes, theme) {
    Object.assign(this, { lanes, theme });
    const holder = this.root.querySelector(".lanes");
    this.root.dataset.lanes = lanes.length > 1 ? "many" : "one";
    this.root.dataset.crowded = lanes.length > 2;
    this.root.dataset.rates = ratesDiffer(lanes) ? "differ" : "same";
    this.root.dataset.few = lanes.every((lane) => lane.hidden <= FEW);
    while (this.views.length > lanes.length) this.views.pop().element.remove();
    while (this.views.length < lanes.length) this.views.push(this.addView(holder));
    this.views.forEach((view, i) => {
      view.element.style.setProperty("--lane-colour", theme.laneColours[i]);
      view.element.style.setProperty("--column", `${1 + (i * COLUMNS) / lanes.length} / span ${COLUMNS / lanes.length}`);
      view.setLane(lanes[i], theme);
      view.fit();
    });
    setText(this.root.querySelector(".stability h3"), nameOfProduct(lanes));
    for (const box of this.root.querySelectorAll(".canvas-box, .map-box, .graph-box")) this.resizing.observe(box);
  }

  addView(holder) {
    const element = this.root.querySelector(".lane-template").content.cloneNode(true).firstElementChild;
    holder.append(element);
    const view = new LaneView(element);
    pointAtMap(view, this.tooltip, this.handlers.setProbe);
    pointAtGraph(view, this.tooltip);
    return view;
  }

  /** @param {{steps: string, loss: string, veiled: boolean}} modes "linear" or "log"; nothing to come */
  setTimeline(timeline, modes) {
    this.timeline = timeline;
    this.veiled = modes.veiled;
    const models = chartModels(this.lanes, timeline, this.theme, modes);
    for (const [name, chart] of Object.entries(this.charts)) {
      chart.surface.fit();
      chart.setModel(models[name]);
    }
    writeLegends(this.root, this.lanes, this.theme);
  }

  fit() {
    for (const chart of Object.values(this.charts)) chart.fit();
    for (const view of this.views) view.fit();
    this.handlers.redraw();
  }

  /** @param {string} notice shown over the first map, in place of the lane's own status */
  draw(position, switches, probe, notice) {
    const { timeline } = this;
    const moment = timeline.momentAt(position);
    for (const chart of Object.values(this.charts)) chart.render(moment);
    const shown = this.views.map((view, i) => view.read(timeline.frame(i, position), switches.edges));
    const scale = shown.length > 1 ? sharedScale(shown) : null;
    this.views.forEach((view, i) => {
      view.show(switches, probe, (i === 0 && notice) || this.laneStatus(i, position), scale);
    });
    if (this.lanes.length === 1) writeValues(this.root, this.lanes[0], timeline.frame(0, position));
  }

  /** Says what every picture shows, for those who hear the page; nothing of lanes not drawn yet. */
  describe() {
    if (this.views.some((view) => !view.drawn)) return;
    const frames = this.views.map((view) => view.frame);
    for (const [name, chart] of Object.entries(this.charts)) {
      chart.surface.canvas.setAttribute("aria-label", describeChart(name, this.lanes, frames, this.veiled));
    }
    for (const view of this.views) view.describe();
  }

  laneStatus(i, position) {
    const lane = this.lanes[i];
    const frame = this.timeline.frame(i, position);
    if (lane.parentUntil !== null && lane.steps[frame] < lane.parentUntil) {
      return `The parent’s history: this branch begins at step ${formatStep(lane.parentUntil)}`;
    }
    if (frame < lane.frames - 1) return "";
    if (lane.nonFiniteAt !== null) return `Not finite from step ${formatStep(lane.nonFiniteAt)} on: this is the last finite frame`;
    return this.timeline.ended(i, position) ? describeLast(lane) : "";
  }

  /** Leaves the place as it was found: another player may begin in it. */
  destroy() {
    this.resizing.disconnect();
    for (const view of this.views) view.element.remove();
  }
}
