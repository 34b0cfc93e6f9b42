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
    this.element.toggleAttribute("data-formulas", runners.some((runner) => runner.update));
    this.element.replaceChildren(...this.rows.map((row) => row.element));
  }

  render(moment) {
    this.runners.forEach((runner, i) => {
      const { index } = whereabouts(runner, moment);
      const done = index === runner.frames - 1 && runner.ending;
      setText(this.rows[i].now, `${this.words.measure} ${formatNumber(runner.measure[index], 3)}`);
      setText(this.rows[i].state, done ? runner.ending : this.stateAt(runner, index));
      if (runner.update) setText(this.rows[i].which, whichStep(runner, index));
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
  const which = document.createElement("span");
  which.className = "runner-which";
  const letters = document.createElement("span");
  letters.className = "runner-letters";
  letters.textContent = runner.update?.letters ?? "";
  element.append(part("runner-told", name, idea, now, state), part("runner-formulas", which, ...lines, letters));
  return { element, now, state, which, lines };
}

function part(name, ...children) {
  const element = document.createElement("div");
  element.className = name;
  element.append(...children);
  return element;
}

/** Which step the formulas are about: none leads on from the last point, so there it is the last one. */
export function whichStep(runner, index) {
  if (runner.frames < 2) return "No step was taken.";
  return index < runner.frames - 1 ? "The step from here:" : "The last step, which led here:";
}

const UNBROKEN = "\u00a0";
const DIGITS = 3;
const NOTHING = 1e-12; // beside larger numbers

/** The numbers of a place, which no line end breaks up; in a pair what is next to nothing is ≈ 0. */
function writeNumbers(values) {
  const largest = Math.max(...values.map(Math.abs));
  const numbers = values.map((value) => {
    if (value !== 0 && Math.abs(value) < NOTHING && largest >= NOTHING) return "≈ 0";
    const plain = formatNumber(value, DIGITS);
    return plain.includes("×") ? formatNumber(value, DIGITS + 1) : plain; // there one counts less
  });
  return numbers.length > 1 ? `(${numbers.join(", ")})` : numbers[0];
}

/** One line of a runner's update, the numbers of its step at `index` put in its places; ≈ if one is rounded. */
export function updateLine(runner, k, index) {
  const { lines, places } = runner.update;
  const step = Math.min(index, runner.frames - 2);
  if (step < 0) return "";
  let rounded = false;
  const told = lines[k].replace(/\{(\()?(\w+)\)?\}/g, (_, bracket, name) => {
    const values = Array.from({ length: runner.dimensions }, (__, axis) => places[name][runner.dimensions * step + axis]);
    rounded ||= values.some((value) => equals(value, DIGITS).startsWith("≈"));
    const numbers = writeNumbers(values);
    return (bracket && numbers.startsWith("−") ? `(${numbers})` : numbers).replaceAll(" ", UNBROKEN);
  });
  return rounded ? markRounded(told) : told;
}

function markRounded(told) {
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
