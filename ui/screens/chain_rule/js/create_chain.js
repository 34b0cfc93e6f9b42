/** One training step on the screen: graph, input plane and hidden space moving together. */

import { SIZE } from "../../../browser/js/boundary.js";
import { describeBoundary } from "../../../browser/js/boundary_words.js";
import { whenFontsArrive } from "../../../browser/js/mount.js";
import { decodeLane } from "../../../browser/js/decode.js";
import { FlowClock } from "./flow_clock.js";
import { FlowGraph, layersShow, unitsOf } from "./flow_graph.js";
import { HiddenSpace } from "./hidden_space.js";
import { InputPlane } from "./input_plane.js";
import { createFrame, evaluate, findWrong, readFrame } from "../../../browser/js/network.js";
import { pointAtGraph, pointAtMap } from "../../../browser/js/pointing.js";
import { readTheme } from "../../../browser/js/theme.js";
import { Tooltip } from "../../../browser/js/tooltip.js";
import { setText } from "../../../browser/js/transport.js";
import { formatStep } from "../../../browser/js/format.js";

const LONGEST_TICK = 0.1;
const FIRST_BRICK = "X";
const FRAMES_A_SECOND = 24;
const CALM_FRAMES_A_SECOND = 2;
const CHAIN_KEYS = { " ": "play", ArrowLeft: "brick-back", ArrowRight: "brick-forward", PageUp: "step-back", PageDown: "step-forward" };
const PLAY_WORDS = { true: "Pause", false: "Play this step" };

/** Brings the numbers of one step into the shape that the drawings take. */
function readMoment(payload, lane) {
  const frame = (matrices) => {
    const filled = createFrame(lane.hidden);
    readFrame(filled, matrices, lane.bias, 0);
    return filled;
  };
  const { sample } = payload;
  const before = frame(payload.before);
  const gradients = frame(payload.gradients);
  return {
    ...sample.numbers,
    ...payload.place,
    input: sample.input,
    label: sample.label,
    before,
    after: frame(payload.after),
    gradients,
    sample: frame(sample.gradients),
    units: { weights: unitsOf(before), gradients: unitsOf(gradients) },
  };
}

class Chain {
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.clock = new FlowClock();
    this.graph = new FlowGraph(root.querySelector(".network canvas"));
    this.map = new InputPlane(root.querySelector(".map canvas"));
    this.hidden = new HiddenSpace(root.querySelector(".hidden canvas"));
    this.tooltip = new Tooltip(root.querySelector(".tooltip"), root);
    this.scrubber = root.querySelector(".scrubber");
    this.learning = null;
    this.awaited = null;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.stopListening = new AbortController();
    this.resizing = new ResizeObserver(() => this.fit());
    this.ignoreFonts = whenFontsArrive(() => { this.stale = true; });
    for (const box of root.querySelectorAll(".graph-box, .map-box")) this.resizing.observe(box);
    this.listen();
    this.tick = this.tick.bind(this);
    this.request = requestAnimationFrame(this.tick);
  }

  listen() {
    const { signal } = this.stopListening;
    const on = (type, handle) => this.root.addEventListener(type, handle, { signal });
    on("click", (event) => this.onClick(event));
    on("keydown", (event) => this.onKey(event));
    this.scrubber.addEventListener("input", () => this.scrub(Number(this.scrubber.value)), { signal });
    this.scrubber.addEventListener("change", () => this.settle(), { signal });
    const view = this.pointedAt();
    pointAtMap(view, this.tooltip, (input) => this.choosePoint(input));
    pointAtGraph(view, this.tooltip);
  }

  /** What the player's pointing needs to know of map and graph. */
  pointedAt() {
    const chain = this;
    return {
      map: this.map,
      graph: this.graph,
      get lane() { return chain.lane; },
      get weights() { return chain.learning ? chain.weights : chain.moment.before; },
      get gradients() { return chain.moment.gradients; },
      get activations() { return { H1: chain.moment.H1, Z2: chain.moment.Z2, H2: chain.moment.H2 }; },
      focus(target) {
        chain.graph.focus = target;
        chain.stale = true;
      },
    };
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { action, phase, pace } = button.dataset;
    if (action) this.act(action);
    if (phase) this.showPhase(phase);
    if (pace) {
      this.clock.pace = Number(pace);
      this.showState();
    }
    if (event.detail > 0) this.root.focus({ preventScroll: true });
  }

  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = CHAIN_KEYS[event.key];
    const inControl = event.target.closest?.("input") || (event.key === " " && event.target.closest?.("button"));
    if (!action || inControl) return;
    event.preventDefault();
    this.act(action);
  }

  /** Takes the newest numbers; only a command from the page moves the animation. */
  update(payload) {
    const theme = readTheme(this.root);
    if (payload.lane.key !== this.laneKey || theme.signature !== this.theme?.signature) this.takeLane(payload.lane, theme);
    const commanded = payload.command !== this.command;
    const arrived = this.awaited === payload.place.step;
    this.command = payload.command;
    this.payload = payload;
    this.moment = readMoment(payload, this.lane);
    this.names = payload.bricks.map((brick) => brick.name);
    this.clock.setBricks(payload.bricks);
    if (commanded) {
      this.clock.playing = false;
      this.clock.goToBrick(payload.place.brick);
      this.learning = null;
      this.reported = payload.place.brick;
    } else if (arrived) {
      this.clock.position = this.clock.playing ? 0 : 1;
    }
    if (arrived || commanded) this.awaited = null;
    if (this.learning && !this.learning.playing && !this.learning.dragging) this.learning = null;
    this.describe();
    this.showState();
  }

  takeLane(payload, theme) {
    this.theme = theme;
    this.lane = decodeLane(payload);
    this.laneKey = payload.key;
    this.weights = createFrame(this.lane.hidden);
    this.wrong = new Uint8Array(this.lane.points.count);
    this.learning = null;
    this.graph.setLane(this.lane, theme);
    this.map.setLane(this.lane, theme);
    this.hidden.setLane(this.lane, theme);
    this.scrubber.max = this.lane.frames - 1;
    this.fit();
  }

  fit() {
    if (!this.lane) return;
    this.graph.fit();
    this.map.fit();
    this.hidden.fit();
    this.evaluated = "";
    this.stale = true;
  }

  act(action) {
    const { clock } = this;
    if (action === "play") this.togglePlay();
    else if (action === "learn") this.toggleLearning();
    else if (action === "step-back") this.goToStep(this.payload.place.step - 1);
    else if (action === "step-forward") this.goToStep(this.payload.place.step + 1);
    else {
      this.stopLearning();
      clock.playing = false;
      const count = action === "brick-forward" ? 1 : -1;
      clock.move(count);
      this.report();
      this.showState();
    }
  }

  togglePlay() {
    this.stopLearning();
    const { clock } = this;
    if (!clock.playing && clock.position >= clock.last) clock.position = 0;
    clock.playing = !clock.playing;
    if (!clock.playing) this.report();
    this.showState();
  }

  showPhase(phase) {
    this.stopLearning();
    this.clock.goToPhase(phase, { fromStart: this.clock.playing });
    this.report();
    this.showState();
  }

  goToStep(step) {
    const { last } = this.payload.place;
    if (step < 0 || step > last) return;
    this.stopLearning();
    this.awaited = step;
    this.clock.position = Math.min(this.clock.position, this.clock.last);
    this.reported = FIRST_BRICK;
    this.hooks.onAt({ ...this.at(), step, brick: FIRST_BRICK });
  }

  toggleLearning() {
    if (this.learning?.playing) return this.settle();
    this.clock.playing = false;
    const frame = this.learning?.frame ?? this.frameOfStep();
    this.learning = { frame: frame >= this.lane.frames - 1 ? 0 : frame, playing: true };
    return this.showState();
  }

  scrub(frame) {
    this.clock.playing = false;
    this.learning = { frame, playing: false, dragging: true };
    this.showState();
  }

  /** The frame stands still: the page shows the numbers of its step. */
  settle() {
    if (!this.learning) return;
    const step = Math.min(this.lane.steps[Math.floor(this.learning.frame)], this.payload.place.last);
    this.learning = { frame: this.learning.frame, playing: false, dragging: false };
    this.awaited = step;
    this.reported = FIRST_BRICK;
    this.hooks.onAt({ ...this.at(), step, brick: FIRST_BRICK });
    if (step === this.payload.place.step) this.learning = null;
    this.showState();
  }

  stopLearning() {
    this.learning = null;
  }

  frameOfStep() {
    const { steps } = this.lane;
    let frame = 0;
    while (frame + 1 < steps.length && steps[frame + 1] <= this.payload.place.step) frame += 1;
    return frame;
  }

  choosePoint([x, y]) {
    const { X, trained } = this.lane.points;
    let [best, nearest] = [0, Infinity];
    for (let i = 0; i < trained; i++) {
      const distance = Math.hypot(X[2 * i] - x, X[2 * i + 1] - y);
      if (distance < nearest) [best, nearest] = [i, distance];
    }
    if (best !== this.moment.point) this.hooks.onAt({ ...this.at(), point: best });
  }

  at() {
    const { step, point } = this.payload.place;
    return { key: this.laneKey, step, point, brick: this.clock.brick.name };
  }

  /** Tells the page which brick is shown, when it is another than before. */
  report() {
    const { name } = this.clock.brick;
    if (name === this.reported || this.awaited !== null) return;
    this.reported = name;
    this.hooks.onAt(this.at());
  }

  tick(now) {
    const seconds = Math.min(LONGEST_TICK, (now - (this.lastTick ?? now)) / 1000);
    this.lastTick = now;
    this.request = requestAnimationFrame(this.tick);
    if (!this.moment) return;
    if (this.learning?.playing) this.learn(seconds);
    else if (this.clock.playing && this.awaited === null) this.play(seconds);
    else if (!this.stale) return;
    this.draw();
  }

  learn(seconds) {
    const last = this.lane.frames - 1;
    this.learning.frame = Math.min(last, this.learning.frame + seconds * (this.calm.matches ? CALM_FRAMES_A_SECOND : FRAMES_A_SECOND));
    if (this.learning.frame >= last) this.settle();
  }

  play(seconds) {
    const before = this.clock.index;
    const ended = this.clock.advance(seconds);
    if (this.clock.index !== before) {
      this.report();
      this.showState();
    }
    if (!ended) return;
    const { step, last } = this.payload.place;
    if (step < last) this.goToStep(step + 1);
    else {
      this.clock.playing = false;
      this.showState();
    }
  }

  draw() {
    this.stale = false;
    const { clock, moment } = this;
    const updating = clock.brick.name === "update" && !this.learning;
    this.readWeights(updating);
    const chosen = this.graph.focus?.node?.layer === "hidden" ? this.graph.focus.node.index : moment.neuron;
    this.map.renderLines(this.weights, this.wrong, moment.input, chosen);
    this.hidden.render(moment.point);
    if (this.learning) this.drawLearning();
    else this.graph.renderFlow(moment, this.names, clock.brick.name, this.share);
    this.tellShown();
  }

  /** While it learns the graph shows weights and activations of the recorded frames. */
  drawLearning() {
    const { H1, Z2, H2 } = evaluate(this.weights, ...this.moment.input);
    const moment = { ...this.moment, H1, Z2, H2, before: this.weights, after: this.weights };
    moment.units = { ...this.moment.units, weights: unitsOf(this.weights) };
    this.graph.renderFlow(moment, this.names, "H2", 1);
  }

  readWeights(updating) {
    const frame = this.learning ? Math.floor(this.learning.frame) : null;
    const moved = updating ? this.share : 0;
    const wanted = [this.laneKey, frame, this.payload.place.step, moved].join();
    if (wanted === this.evaluated) return;
    this.evaluated = wanted;
    if (frame !== null) readFrame(this.weights, this.lane.weights, this.lane.bias, frame);
    else this.blend(moved);
    findWrong(this.weights, this.lane.points, this.wrong);
    this.map.evaluate(this.weights, "output");
    this.graph.evaluate(this.weights);
    this.hidden.evaluate(this.weights);
    if (frame === null && (moved === 0 || moved === 1)) this.describeMap(moved);
    const step = frame === null ? this.payload.place.step : this.lane.steps[frame];
    setText(this.root.querySelector(".readout-step"), `Step ${formatStep(step)}`);
    this.root.dataset.step = step;
    this.scrubber.value = frame ?? this.frameOfStep();
    this.scrubber.style.setProperty("--done", `${(100 * this.scrubber.value) / Math.max(1, this.lane.frames - 1)}%`);
    this.scrubber.setAttribute("aria-valuetext", `step ${formatStep(step)}`);
  }

  /** How far the brick has come; who prefers reduced motion sees every brick as a still picture. */
  get share() {
    return this.calm.matches ? 1 : this.clock.share;
  }

  /** Weights on their way from before the step to after it. */
  blend(moved) {
    const { before, after } = this.moment;
    for (const row of ["x0", "x1", "bias", "out0", "out1"]) {
      for (let j = 0; j < before.hidden; j++) this.weights[row][j] = before[row][j] + moved * (after[row][j] - before[row][j]);
    }
    for (const name of ["outBias0", "outBias1"]) this.weights[name] = before[name] + moved * (after[name] - before[name]);
  }

  /** Brings buttons and words up to date, and asks for a new picture. */
  showState() {
    if (!this.moment) return;
    const { clock, root, learning } = this;
    const brick = clock.brick;
    const playing = clock.playing;
    root.dataset.playing = String(playing);
    root.dataset.brick = learning ? "" : brick.name;
    root.dataset.phase = brick.phase;
    root.querySelector(".play").setAttribute("aria-label", PLAY_WORDS[playing]);
    this.press("[data-phase]", (button) => !learning && button.dataset.phase === brick.phase);
    this.press("[data-pace]", (button) => Number(button.dataset.pace) === clock.pace);
    this.press("[data-action=learn]", () => Boolean(learning?.playing));
    const number = this.names.indexOf(brick.name) + 1;
    setText(root.querySelector(".brick-symbol"), learning ? "Learning" : brick.symbol);
    setText(root.querySelector(".brick-count"), learning ? "" : `brick ${number} of ${this.names.length} in this step`);
    setText(root.querySelector(".brick-words"), learning
      ? "Every recorded step: lines turn in the input plane, points move in hidden space. Pause for its numbers." : brick.words);
    const sums = !learning && layersShow(this.names, brick.name).includes("gradient");
    root.querySelector(".edge-sums").style.visibility = sums ? "" : "hidden";
    this.stale = true;
  }

  press(selector, pressed) {
    for (const button of this.root.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(pressed(button)));
  }

  describe() {
    const { place, words } = this.payload;
    setText(this.root.querySelector(".readout-of"), `of 0 to ${formatStep(place.last)}`);
    this.root.querySelector("[data-action=step-back]").disabled = place.step <= 0;
    this.root.querySelector("[data-action=step-forward]").disabled = place.step >= place.last;
    this.root.querySelector(".network canvas").setAttribute("aria-label", words.graph);
    this.root.querySelector(".hidden canvas").setAttribute("aria-label", words.hidden);
    setText(this.root.querySelector(".hidden .caption"), words.hidden);
    setText(this.root.querySelector(".network .caption"), `${words.sample} ${matchMedia("(pointer: coarse)").matches ? words.tap : words.point}`);
    setText(this.root.querySelector(".edge-sums"), words.sums);
    this.root.dataset.point = place.point;
    this.root.dataset.way = String(place.way);
    this.evaluated = "";
  }

  /** @param {number} moved 1 once the step is taken, 0 before */
  describeMap(moved) {
    const boundary = describeBoundary(this.map.values, SIZE, this.lane);
    this.root.querySelector(".map canvas")
      .setAttribute("aria-label", `${this.payload.words.map}${moved ? " After the step:" : ""} ${boundary}`);
  }

  tellShown() {
    if (this.shown) return;
    this.shown = true;
    this.root.dataset.shown = "true";
  }

  destroy() {
    cancelAnimationFrame(this.request);
    this.ignoreFonts();
    this.resizing.disconnect();
    this.stopListening.abort();
  }
}

/**
 * Brings the animation to life inside an element that holds chain.html.
 * @param {HTMLElement} root the element with class "chain"
 * @param {{onAt: Function}} hooks told {key, step, point, brick}
 */
export function createChain(root, hooks) {
  const chain = new Chain(root, hooks);
  root.chain = chain;
  return chain;
}
