/** What each shared chart shows: its lines, its scales, its marks. */

import { linearScale, logScale, logStepScale } from "../../browser/js/scale.js";
import { formatNumber, formatPower, formatStep, formatTick } from "../../browser/js/format.js";

/** How the line of each lane is dashed, and that of the training points beside all points. */
export const DASHES = [[], [8, 4], [3, 3], [10, 3, 2, 3]];
export const TRAINING_DASH = [5, 4];
const SPREAD_FOR_LOG = 50;
const LARGEST_LINEAR = 20; // learning rate x sharpness beyond it leaves no room around the limit
const RUNAWAY = 1e12; // times the lowest of the runs' highest losses: nobody sees both on one axis
const ROOM = { log: 1e3, linear: 2 }; // times the highest loss of those that do not run away
const SMALLEST = 1e-3; // share of the limit: a dead network's product may be 1e-36, and all else one line

const finite = (values) => values.filter(Number.isFinite);
const largest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
const smallest = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);

/** Loss axis: log when a run explodes. */
export function chooseLossMode(lanes) {
  const exploding = lanes.some((lane) => {
    const top = largest(finite(lane.loss_max));
    return lane.nonFiniteAt !== null || top > SPREAD_FOR_LOG * lane.loss[0];
  });
  return exploding ? "log" : "linear";
}

/** Whether some of several lanes change their learning rate as they go, and not all alike. */
export function ratesDiffer(lanes) {
  const rates = lanes.map(({ learning_rates: all }) => [all[0], all[all.length >> 1], all[all.length - 1]]);
  const change = rates.some(([start, ...later]) => later.some((rate) => rate !== start));
  return change && new Set(rates.map((few) => few.join())).size > 1;
}

/** A logarithmic scale whose lowest tick stands for all below it as well, and says so. */
function openBelow(scale) {
  const end = scale.value(0);
  return {
    ...scale,
    ticks: (count) => {
      const inside = scale.ticks(count).filter(({ value }) => value > 20 * end);
      return [{ value: end, label: `≤ ${formatPower(Math.round(Math.log10(end)))}` }, ...inside];
    },
  };
}

function stepScale(lanes, timeline, mode) {
  const from = timeline.byShare ? 0 : smallest(lanes.map((lane) => lane.steps[0]));
  const end = (lane) => (lane.streaming || lane.frames === 1 ? lane.plannedSteps : lane.steps[lane.frames - 1]);
  const to = timeline.byShare ? 1 : largest(lanes.map(end));
  if (timeline.byShare) return linearScale(0, 1, (value) => `${Math.round(100 * value)}%`);
  return mode === "log" ? logStepScale(from, to) : linearScale(from, to);
}

function positiveRange(lists) {
  const values = lists.flatMap((list) => finite([...list]).filter((value) => value > 0));
  const low = values.length ? smallest(values) : 0.1;
  return [low, values.length ? largest(values) : 1];
}

function accuracyScale(lanes) {
  const low = smallest(lanes.flatMap((lane) => finite([...lane.accuracy, ...lane.train_accuracy])));
  const from = Math.min(0.4, Math.floor(low * 10) / 10);
  return linearScale(from, 1, (value) => `${Math.round(100 * value)}%`);
}

const highestLoss = (lane) => largest(finite([...lane.loss, ...lane.loss_max]));

/**
 * How far up the loss axis reaches: beside others a run on its way to infinity leaves it through the
 * top, or they would be one flat line.
 */
function topOfLoss(lanes, tops, mode) {
  const high = largest(tops);
  const lowest = smallest(tops);
  const others = tops.filter((top, i) => lanes[i].nonFiniteAt === null && top <= RUNAWAY * lowest);
  const seen = largest(others) * ROOM[mode];
  return others.length && seen < high ? seen : high;
}

function lossScale(lanes, mode) {
  const [low] = positiveRange(lanes.flatMap((lane) => [lane.loss, lane.loss_max]));
  const tops = lanes.map(highestLoss);
  const high = topOfLoss(lanes, tops, mode);
  const scale = mode === "log" ? logScale(low, high) : linearScale(0, high * 1.08);
  return { ...scale, cut: high < largest(tops) };
}

/** Where a run leaves a loss axis that is cut through its top, and where to. */
function leavesAt(lane, xs, scale) {
  if (!scale.cut) return null;
  const top = scale.value(1);
  const i = lane.loss.findIndex((value) => value > top);
  if (i < 0) return null;
  const end = lane.nonFiniteAt === null
    ? `to ${formatNumber(highestLoss(lane), 2)}`
    : `not finite at step ${formatStep(lane.nonFiniteAt)}`;
  return { x: xs[i], label: end };
}

/** Reaches from below the limit to beyond it, so that its line is on the chart. */
function stabilityScale(lanes) {
  const [low, high] = positiveRange(lanes.map((lane) => lane.stability));
  const limits = lanes.map((lane) => lane.limit ?? 2);
  if (high > LARGEST_LINEAR) {
    const floor = SMALLEST * smallest(limits);
    const scale = logScale(Math.max(floor, smallest([low, ...limits])), largest([high, ...limits]));
    return low < floor ? openBelow(scale) : scale;
  }
  return linearScale(0, Math.max(1.3 * largest(limits), high * 1.08), formatTick);
}

/** The limit of all lanes, where they share one. */
function sharedLimit(lanes) {
  const [{ limit }] = lanes;
  const shared = limit !== null && lanes.every(({ limits }) => limits.every(([, other]) => other === limit));
  return shared ? { value: limit, label: `limit ${formatTick(limit)}` } : null;
}

/** Training and all points are two lines only where they can differ. */
function accuracyLines(lane, xs, colour, dash, several) {
  const all = { xs, values: lane.accuracy, colour, dash };
  if (several || lane.points.trained === lane.points.count) return [all];
  return [{ xs, values: lane.train_accuracy, colour, dash: TRAINING_DASH, width: 2 }, all];
}

/**
 * @returns {object} models for the charts accuracy, loss, rate and stability
 */
export function chartModels(lanes, timeline, theme, modes) {
  const several = lanes.length > 1;
  const x = stepScale(lanes, timeline, modes.steps);
  const marks = modes.veiled ? [] : lanes.flatMap((lane, i) => lane.events.map((event) => timeline.coordinate(i, event.step)));
  const colourOf = (i, single) => (several ? theme.laneColours[i] : theme[single]);
  const lines = (single, make) => lanes.flatMap((lane, i) => {
    const parentUntil = lane.parentUntil === null ? null : timeline.coordinate(i, lane.parentUntil);
    const made = make(lane, timeline.axes[i], colourOf(i, single), several ? DASHES[i] : []);
    return made.map((line) => ({ ...line, parentUntil }));
  });
  const simple = (name, upper) => (lane, xs, colour, dash) =>
    [{ xs, values: lane[name], colour, dash, upper: upper && lane[upper] }];
  const loss = lossScale(lanes, modes.loss);
  const shared = { x, theme, marks, limit: null, veiled: modes.veiled };
  return {
    accuracy: {
      ...shared,
      y: accuracyScale(lanes),
      tickRows: 5,
      lines: lines("accuracy", (lane, xs, colour, dash) => accuracyLines(lane, xs, colour, dash, several)),
    },
    loss: {
      ...shared,
      y: loss,
      tickRows: 5,
      lines: lines("loss", (lane, xs, colour, dash) =>
        simple("loss", "loss_max")(lane, xs, colour, dash).map((line) => ({ ...line, leaves: leavesAt(lane, xs, loss) }))),
    },
    rate: { ...shared, y: rateScale(lanes), tickRows: 2, lines: lines("rate", simple("learning_rates")) },
    stability: {
      ...shared,
      y: stabilityScale(lanes),
      tickRows: 3,
      lines: lines("rate", simple("stability")),
      limit: sharedLimit(lanes),
    },
  };
}

function rateScale(lanes) {
  return linearScale(0, 1.1 * largest(lanes.flatMap((lane) => finite([...lane.learning_rates]))));
}
