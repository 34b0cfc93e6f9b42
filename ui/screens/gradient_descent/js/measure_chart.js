/** The chart below: how far each runner still is (or its loss) against its steps. */

import { linearScale, logScale, logStepScale } from "../../../browser/js/scale.js";

const PATTERNS = [[], [8, 4], [3, 3], [10, 3, 2, 3], [1, 3], [14, 4]];
const FLATTEST = 1e-16; // nearer than this to the lowest number, a double cannot tell

const SVG = "http://www.w3.org/2000/svg";

const patternOf = (runner) => PATTERNS[runner.look % PATTERNS.length];

/** Whether all arrive in one step: from a number to 0, which no logarithm shows. */
function nothingInLogs(runners) {
  const shown = (runner) => runner.measure.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  return runners.some((runner) => runner.frames > 1) && runners.every((runner) => shown(runner) < 2);
}

/** There is no half a step. */
function wholeSteps(scale) {
  return { ...scale, ticks: (count) => scale.ticks(count).filter(({ value }) => Number.isInteger(value)) };
}

/** @param {{steps: string, measure: string, veiled: boolean}} modes "linear" or "log"; nothing to come */
export function measureModel(runners, theme, modes) {
  const last = Math.max(1, ...runners.map((runner) => runner.plannedSteps));
  const log = modes.measure === "log" && !nothingInLogs(runners);
  const lines = runners.map((runner) => ({
    xs: runner.steps,
    values: log ? runner.measure.map((value) => (value > 0 ? value : NaN)) : runner.measure,
    colour: runner.colour,
    dash: runners.length > 1 ? patternOf(runner) : [],
  }));
  const values = lines.flatMap((line) => [...line.values].filter(Number.isFinite));
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const y = !values.length ? linearScale(0, 1)
    : log ? logScale(Math.max(low, high * FLATTEST), high) : linearScale(Math.min(0, low), high > 0 ? 1.05 * high : 1);
  return {
    lines,
    x: modes.steps === "log" ? logStepScale(0, last) : wholeSteps(linearScale(0, last)),
    y,
    log,
    marks: [],
    limit: null,
    tickRows: 5,
    theme,
    veiled: modes.veiled,
  };
}

/** Each line as it is drawn, and whose it is; one alone needs no name. */
export function measureKey(runners) {
  if (runners.length < 2) return [];
  return runners.map((runner) => {
    const entry = document.createElement("li");
    const swatch = document.createElementNS(SVG, "svg");
    const line = document.createElementNS(SVG, "line");
    swatch.setAttribute("aria-hidden", "true");
    for (const [name, value] of Object.entries({ x2: 26, y1: 5, y2: 5, stroke: runner.colour })) line.setAttribute(name, value);
    line.setAttribute("stroke-dasharray", patternOf(runner).join(" "));
    swatch.append(line);
    entry.append(swatch, runner.label);
    return entry;
  });
}
