/** The points that run: their recorded steps, where each is at a moment, and how it is marked. */

import { float64s } from "../../../browser/js/decode.js";
import { lastAtOrBefore } from "../../../browser/js/chart.js";

const MARKS = ["circle", "square", "triangle", "diamond", "down", "cross"];
const MARK_SIZE = 8;

/** Corners of each mark around the origin, for a half size of 1. */
const CORNERS = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  triangle: [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
  diamond: [[0, -1.2], [1.1, 0], [0, 1.2], [-1.1, 0]],
  down: [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
  cross: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4],
    [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
};

/**
 * @param {object} lane one entry of payload.lanes
 * @returns {object} the runner, its blocks decoded; points, gradients and pushes have `dimensions` numbers a step
 */
export function decodeRunner(lane, place, colours) {
  const steps = float64s(lane.steps);
  const look = lane.look ?? place;
  return {
    key: lane.key,
    label: lane.label,
    note: lane.note,
    ending: lane.ending,
    events: lane.events,
    curve: lane.curve,
    dimensions: lane.dimensions,
    steps,
    frames: steps.length,
    plannedSteps: steps[steps.length - 1],
    points: float64s(lane.points),
    values: float64s(lane.values),
    gradients: float64s(lane.gradients),
    pushes: lane.pushes === null ? null : float64s(lane.pushes),
    measure: float64s(lane.measure),
    batches: lane.batches,
    idea: lane.idea,
    floor: lane.floor,
    update: lane.update && {
      lines: lane.update.lines,
      letters: lane.update.letters,
      places: Object.fromEntries(Object.entries(lane.update.places).map(([name, text]) => [name, float64s(text)])),
    },
    colour: colours[look % colours.length],
    mark: MARKS[(look + Math.floor(look / colours.length)) % MARKS.length],
    look,
  };
}

/** Where a runner is at a moment between two of its steps. */
export function whereabouts(runner, moment) {
  const index = lastAtOrBefore(runner.steps, moment);
  const next = Math.min(runner.frames - 1, index + 1);
  const gap = runner.steps[next] - runner.steps[index];
  const share = gap > 0 ? Math.min(1, Math.max(0, (moment - runner.steps[index]) / gap)) : 0;
  return { index, next, share };
}

/** Component `axis` of a runner's point, between two steps. */
export function coordinateAt(runner, { index, next, share }, axis = 0) {
  const { points, dimensions } = runner;
  const from = points[index * dimensions + axis];
  return from + share * (points[next * dimensions + axis] - from);
}

export function drawMark(context, mark, x, y, colour, edge, size = MARK_SIZE) {
  context.beginPath();
  if (mark === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else CORNERS[mark].forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
  context.closePath();
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}

/** The mark as an image for a list beside the pictures. */
export function markImage(mark, colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-1.4 -1.4 2.8 2.8");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(svg.namespaceURI, mark === "circle" ? "circle" : "polygon");
  if (mark === "circle") shape.setAttribute("r", "1");
  else shape.setAttribute("points", CORNERS[mark].map((corner) => corner.join(",")).join(" "));
  shape.setAttribute("fill", colour);
  svg.append(shape);
  return svg;
}
