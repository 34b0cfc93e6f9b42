/** The runners beside the pictures: mark, name, the numbers of the moment, and its update. */

import { equals, formatAbove, formatNumber, formatStep } from "../../../browser/js/format.js";
import { setText } from "../../../browser/js/transport.js";
import { markImage, whereabouts } from "./runners.js";

export class Board {
  constructor(element) {
    this.element = element;
  }

  /** @param {{measure: string, unit: string}} words what is measured, and what a step counts */
  setScene(runners, words) {
    Object.assign(this, { runners, words });
    this.rows = runners.map((runner) => buildRow(runner));
    this.element.replaceChildren(...this.rows.map((row) => row.element));
  }

  render(moment) {
    this.runners.forEach((runner, i) => {
      const { index } = whereabouts(runner, moment);
      const done = index === runner.frames - 1 && runner.ending;
      setText(this.rows[i].now, `${this.words.measure} ${formatNumber(runner.measure[index], 3)}`);
      setText(this.rows[i].state, done ? runner.ending : this.stateAt(runner, index));
      this.rows[i].lines.forEach((line, k) => setText(line, updateLine(runner, k, index)));
    });
  }

  /** The value of the function, and the length of the gradient that the next step uses. */
  stateAt(runner, index) {
    let square = 0;
    for (let k = 0; k < runner.dimensions; k++) square += runner.gradients[runner.dimensions * index + k] ** 2;
    return `${this.words.value} ${formatAbove(runner.values[index], runner.floor)} · |gradient| ${formatNumber(Math.sqrt(square), 3)}`;
  }
}

function buildRow(runner) {
  const element = document.createElement("li");
  element.className = "runner";
  const name = document.createElement("span");
  name.className = "runner-name";
  const strong = document.createElement("strong");
  strong.textContent = runner.label;
  const note = document.createElement("span");
  note.className = "runner-note";
  note.textContent = runner.note;
  name.append(markImage(runner.mark, runner.colour), strong, note);
  const now = document.createElement("span");
  now.className = "runner-now";
  const state = document.createElement("span");
  state.className = "runner-state";
  const idea = document.createElement("span");
  idea.className = "runner-idea";
  idea.textContent = runner.idea;
  const lines = (runner.update?.lines ?? []).map(() => {
    const line = document.createElement("span");
    line.className = "runner-update";
    return line;
  });
  const letters = document.createElement("span");
  letters.className = "runner-letters";
  letters.textContent = runner.update?.letters ?? "";
  element.append(name, idea, now, state, ...lines, letters);
  return { element, now, state, lines };
}

/** One line of a runner's update, the numbers of the step from `index` put in its places; ≈ if one is rounded. */
export function updateLine(runner, k, index) {
  const { lines, places } = runner.update;
  if (index >= runner.frames - 1) return k === 0 ? "The last point: no step is taken from here." : "";
  let rounded = false;
  const told = lines[k].replace(/\{(\()?(\w+)\)?\}/g, (_, bracket, name) => {
    const values = Array.from({ length: runner.dimensions }, (__, axis) => places[name][runner.dimensions * index + axis]);
    rounded ||= values.some((value) => equals(value).startsWith("≈"));
    const numbers = values.map((value) => formatNumber(value));
    if (numbers.length > 1) return `(${numbers.join(", ")})`;
    return bracket && numbers[0].startsWith("−") ? `(${numbers[0]})` : numbers[0];
  });
  if (!rounded) return told;
  const numbersFrom = told.includes("←") ? 0 : told.indexOf(" = ") + 1; // what is defined is no number
  return told.slice(0, numbersFrom) + told.slice(numbersFrom).replaceAll(" = ", " ≈ ");
}

/** What a screen reader hears when playback comes to rest. */
export function describeRunners(runners, moment, words) {
  const parts = runners.map((runner) => {
    const { index } = whereabouts(runner, moment);
    const name = runner.label ? `${runner.label}: ` : "";
    return `${name}${words.measure} ${formatNumber(runner.measure[index], 3)}, ${words.value} ${formatAbove(runner.values[index], runner.floor)}`;
  });
  return `${words.unit} ${formatStep(moment)}: ${parts.join("; ")}`;
}
