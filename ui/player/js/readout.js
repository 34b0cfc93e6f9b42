/** Words and numbers beside the pictures. */

import { describeFrameOf } from "./alternatives.js";
import { DASHES, TRAINING_DASH } from "./curves.js";
import { formatNumber, formatPercent, formatSteady } from "../../browser/js/format.js";
import { setText } from "../../browser/js/transport.js";

const SVG = "http://www.w3.org/2000/svg";
const ALL_OF_IT = 1 - 1e-9;

/** The large numbers in the heads of the charts. */
export function writeValues(root, lane, frame) {
  const values = {
    accuracy: formatPercent(lane.accuracy[frame]),
    loss: formatSteady(lane.loss[frame], 4),
    rate: formatNumber(lane.learning_rates[frame], 3),
    stability: "",
  };
  for (const [name, text] of Object.entries(values)) setText(root.querySelector(`.${name} .value`), text);
  setText(root.querySelector(".accuracy .reading"), describeAccuracy(lane, frame));
  setText(root.querySelector(".loss .reading"), partsOfLoss(lane.loss[frame], lane.penalty[frame]));
}

/** Says of which points the large number is, where only some of them are trained on. */
function describeAccuracy({ train_accuracy: shares, points: { trained, count } }, frame) {
  if (trained < count) return `of all ${count}; of the ${trained} training points ${formatPercent(shares[frame])}`;
  return `${Math.round(shares[frame] * trained)} of ${trained} training points right`;
}

/** Data and penalty apart, where there is a penalty; of a loss that is all penalty the rest is rounding. */
function partsOfLoss(loss, penalty) {
  if (penalty === 0) return "";
  if (penalty > ALL_OF_IT * loss) return "nearly all of it penalty";
  const digits = loss >= 1e4 ? 3 : 4; // as the loss above
  return `data ${formatNumber(loss - penalty, digits)} + penalty ${formatNumber(penalty, digits)}`;
}

/** A piece of the very line that the charts draw, and its name. */
function legendEntry(text, colour, dash) {
  const entry = document.createElement("span");
  const swatch = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  swatch.setAttribute("aria-hidden", "true");
  line.setAttribute("stroke", colour);
  line.setAttribute("stroke-dasharray", dash.join(" "));
  for (const [name, value] of Object.entries({ x1: 0, x2: 34, y1: 4, y2: 4 })) line.setAttribute(name, value);
  swatch.append(line);
  entry.append(swatch, text);
  return entry;
}

/** One lane: training and all points. Several: each has its line beside its name. */
export function writeLegends(root, lanes, theme) {
  const legend = root.querySelector(".accuracy .legend");
  if (lanes.length > 1) {
    legend.replaceChildren();
    root.querySelectorAll(".lane-label").forEach((label, i) => {
      label.replaceChildren(legendEntry(lanes[i].label, theme.laneColours[i], DASHES[i]));
    });
    for (const output of root.querySelectorAll(".chart .value, .chart .reading")) setText(output, "");
    return;
  }
  const { trained, count } = lanes[0].points;
  const training = legendEntry(`${trained} training points`, theme.accuracy, TRAINING_DASH);
  const all = legendEntry(`all ${count} points`, theme.accuracy, []);
  legend.replaceChildren(...(trained < count ? [training, all] : [all]));
}

/** What a screen reader hears when playback comes to rest. */
export function describeMoment(lanes, timeline, position) {
  const parts = lanes.map((lane, i) => {
    const frame = timeline.frame(i, position);
    const name = lane.label ? `${lane.label}: ` : "";
    return `${name}${describeFrameOf(lane, frame)}`;
  });
  return parts.join("; ");
}

/** The data point nearest to a place right of and below the centre: usually in the class XOR = 1. */
export function firstProbe({ points: { X }, domain }) {
  const goal = [domain.x + 0.65 * domain.size, domain.y + 0.35 * domain.size];
  let [best, nearest] = [goal, Infinity];
  for (let i = 0; i < X.length; i += 2) {
    const distance = Math.hypot(X[i] - goal[0], X[i + 1] - goal[1]);
    if (distance < nearest) [best, nearest] = [[X[i], X[i + 1]], distance];
  }
  return best;
}

export function isInside({ x, y, size }, [x0, x1]) {
  return x0 >= x && x0 <= x + size && x1 >= y && x1 <= y + size;
}
