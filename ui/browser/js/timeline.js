/** The time line: one list of moments for all lanes, by step or by share of the run. */

import { lastAtOrBefore } from "./chart.js";

const FRAMES_PER_SECOND = 20;

export class Timeline {
  /** @param {object[]} lanes decoded lanes */
  constructor(lanes, byShare) {
    this.lanes = lanes;
    this.byShare = byShare;
    this.axes = lanes.map((lane) => (byShare ? lane.steps.map((step) => step / lane.plannedSteps) : lane.steps));
    const all = lanes.length === 1 ? this.axes[0] : [...new Set(this.axes.flatMap((axis) => [...axis]))].sort((a, b) => a - b);
    this.moments = Float64Array.from(all);
    this.frames = this.axes.map((axis) => Int32Array.from(this.moments, (moment) => lastAtOrBefore(axis, moment)));
    this.last = this.moments.length - 1;
    const longest = Math.max(...lanes.map((lane) => lane.frames));
    this.rate = (FRAMES_PER_SECOND * this.moments.length) / longest;
  }

  frame(lane, position) {
    return this.frames[lane][Math.floor(position)];
  }

  /** A step of a lane in the unit of the axis. */
  coordinate(lane, step) {
    return this.byShare ? step / this.lanes[lane].plannedSteps : step;
  }

  /** The moment at a position between frames, for a cursor that moves smoothly. */
  momentAt(position) {
    const i = Math.min(this.last, Math.floor(position));
    const next = this.moments[Math.min(this.last, i + 1)];
    return this.moments[i] + (position - i) * (next - this.moments[i]);
  }

  /** First position at or after a moment. */
  positionOf(moment) {
    const i = lastAtOrBefore(this.moments, moment);
    return this.moments[i] < moment ? Math.min(this.last, i + 1) : i;
  }

  /** Position whose moment is nearest. */
  nearest(moment) {
    const i = lastAtOrBefore(this.moments, moment);
    const closer = i < this.last && this.moments[i + 1] - moment < moment - this.moments[i];
    return closer ? i + 1 : i;
  }

  /** Has a lane no later frame at this position, while others go on? It may still train. */
  ended(lane, position) {
    const axis = this.axes[lane];
    return this.moments[Math.floor(position)] > axis[axis.length - 1];
  }

  step(lane, position) {
    return this.lanes[lane].steps[this.frame(lane, position)];
  }
}
