/** What the pictures show, in words: for those who hear the page. */

import { formatNumber, formatPercent, formatStep } from "../../browser/js/format.js";

/** The map of how much of the error the first layer lets through, in numbers. */
export function describeSensitivity(values) {
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return `From ${formatNumber(least, 2)} to ${formatNumber(most, 2)}, where 0 is a saturated first layer and 1 an open one.`;
}

/** Step, accuracy and loss of a lane's frame. */
export function describeFrameOf(lane, frame) {
  const [step, loss, accuracy] = [lane.steps[frame], lane.loss[frame], lane.accuracy[frame]];
  return `step ${formatStep(step)}, loss ${formatNumber(loss)}, ${lane.accuracyName} ${formatPercent(accuracy)}`;
}

const SERIES = {
  accuracy: ["Accuracy", (lane, i) => formatPercent(lane.accuracy[i])],
  loss: ["Loss", (lane, i) => formatNumber(lane.loss[i])],
  rate: ["Learning rate", (lane, i) => formatNumber(lane.learning_rates[i])],
  stability: ["Learning rate times sharpness", (lane, i) => (Number.isFinite(lane.stability[i]) ? formatNumber(lane.stability[i]) : "not known")],
};

/**
 * A chart in words: its first, its present and its last value, of each lane.
 * @param {string} name of a chart
 * @param {number[]} frames the frame shown of each lane
 * @param {boolean} veiled whether nothing is said of what is to come
 */
export function describeChart(name, lanes, frames, veiled) {
  const [title, value] = SERIES[name];
  const told = lanes.map((lane, i) => {
    const moments = [...new Set([0, frames[i], ...(veiled ? [] : [lane.frames - 1])])];
    const values = moments.map((frame) => `${value(lane, frame)} at step ${formatStep(lane.steps[frame])}`);
    if (name === "loss" && !veiled && lane.nonFiniteAt !== null) values.push(`not finite at step ${formatStep(lane.nonFiniteAt)}`);
    return `${lane.label ? `${lane.label}: ` : ""}${values.join(", ")}`;
  });
  return `${title} at each step. ${told.join("; ")}`;
}
