/** The player of descents as a whole, without any knowledge of the page it stands in. */

import { whenFontsArrive } from "../../../browser/js/mount.js";
import { Chart } from "../../../browser/js/chart.js";
import { equals, formatNumber } from "../../../browser/js/format.js";
import { Playback } from "../../../browser/js/playback.js";
import { pointerAt } from "../../../browser/js/surface.js";
import { pressesThatClose, pressOrDrag } from "../../../browser/js/pointing.js";
import { readTheme } from "../../../browser/js/theme.js";
import { Timeline } from "../../../browser/js/timeline.js";
import { Tooltip } from "../../../browser/js/tooltip.js";
import { Transport, setText } from "../../../browser/js/transport.js";
import { Board, describeRunners } from "./board.js";
import { CurveView } from "./curve_view.js";
import { FitView } from "./fit_view.js";
import { decodeCurves } from "./curves_of_one.js";
import { decodeLandscape } from "./landscape.js";
import { MapView } from "./map_view.js";
import { measureKey, measureModel } from "./measure_chart.js";
import { decodeRunner, whereabouts } from "./runners.js";
import { SolidView } from "./solid_view.js";

const REST = 150; // milliseconds until a chosen moment is reported
const LONGEST_FRAME = 0.1;
const LONGEST_PLAY = 12; // seconds
const SLOPE_DIGITS = 3;
const FEW_STEPS = 20; // played in half of that
const RUNNERS = 6;
const ANSWER_FIRST = "Answer the question above first, or choose “Just watch”: then it plays.";
const WIDE = 1.6; // a map this much wider than high gets the whole width

class Descent {
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.playback = new Playback();
    this.choices = { steps: "linear", measure: "auto", trails: "on", arrows: "on" };
    this.transport = new Transport(root, this.handlers());
    this.tooltip = new Tooltip(root.querySelector(".tooltip"), root);
    this.board = new Board(root.querySelector(".board"));
    this.chart = new Chart(root.querySelector(".measure canvas"));
    this.views = this.buildViews();
    this.resizing = new ResizeObserver(() => this.fit());
    this.ignoreFonts = whenFontsArrive(() => { this.stale = true; });
    for (const box of root.querySelectorAll(".canvas-box")) this.resizing.observe(box);
    this.connectChart();
    this.tick = this.tick.bind(this);
    this.request = requestAnimationFrame(this.tick);
  }

  buildViews() {
    const canvas = (name) => this.root.querySelector(`.${name} canvas`);
    const views = {
      curve: new CurveView(canvas("curve"), false),
      slope: new CurveView(canvas("slope"), true),
      map: new MapView(canvas("contours")),
      solid: new SolidView(canvas("solid"), () => { this.stale = true; }),
      fit: new FitView(canvas("line-fit")),
    };
    this.connectStart(views.curve);
    this.connectStart(views.map);
    return views;
  }

  handlers() {
    return {
      act: (action) => this.act(action),
      scrub: (position) => this.seek(position),
      release: () => this.reportSoon(),
      setSpeed: (speed) => { this.playback.speed = speed; this.refresh(); },
      setSwitch: (name, value) => this.chooseSwitch(name, value),
      jump: (event) => { this.seek(event.position); this.reportSoon(); },
      zoom: () => {},
    };
  }

  /** A click on a curve or a map sets the start; the pointer tells the value under it. */
  connectStart(view) {
    const { canvas } = view.plot.surface;
    canvas.onpointermove = (event) => {
      const told = this.payload && view.describe(pointerAt(event, canvas));
      if (told) this.tooltip.show(this.describePlace(view, told), event.clientX, event.clientY);
      else this.tooltip.hide();
    };
    canvas.onpointerleave = () => this.tooltip.hide();
    const closed = pressesThatClose(canvas);
    canvas.onclick = (event) => {
      const start = this.payload && !closed() && view.startAt(pointerAt(event, canvas));
      if (start) this.hooks.onStart(start);
    };
  }

  describePlace(view, told) {
    const names = view === this.views.map ? this.surface.names : [this.surface.name];
    const places = names.map((name, i) => `${name} = ${formatNumber(told[i], 3)}`).join(", ");
    const value = told.length > names.length ? [`${this.payload.words.value.replace(/ =$/, "")} ≈ ${formatNumber(told[names.length], 3)}`] : [];
    return [places, ...value, "Tap or click: start here"];
  }

  connectChart() {
    const { canvas } = this.chart.surface;
    const frameAt = (event) => this.timeline.nearest(this.chart.valueAt(pointerAt(event, canvas).x));
    canvas.onpointerleave = () => this.tooltip.hide();
    pressOrDrag(canvas, {
      hover: (event) => {
        if (!this.timeline) return;
        const moment = this.timeline.moments[frameAt(event)];
        this.tooltip.show([describeRunners(this.runners, moment, this.payload.words)], event.clientX, event.clientY);
      },
      seek: (event) => this.timeline && this.seek(frameAt(event)),
      release: () => this.reportSoon(),
    });
  }

  /** Takes the newest payload; the same key goes on where it was, a new key starts over. */
  update(payload) {
    const theme = readTheme(this.root);
    const changed = payload.key !== this.payload?.key;
    const themed = theme.signature !== this.theme?.signature;
    Object.assign(this, { payload, theme });
    const unveiled = this.isVeiled() !== this.veiled;
    if (!changed && !themed && !unveiled) return;
    this.veiled = this.isVeiled();
    if (this.surface?.key !== payload.surface.key) {
      this.surface = payload.surface.kind === "map" ? decodeLandscape(payload.surface) : decodeCurves(payload.surface);
    }
    const colours = this.runnerColours();
    this.runners = payload.lanes.map((lane, i) => decodeRunner(lane, i, colours));
    this.timeline = new Timeline(this.runners, false);
    const { last } = this.timeline;
    this.timeline.rate = (last + FEW_STEPS) / LONGEST_PLAY;
    this.showScene();
    if (changed) this.startOver();
    this.refresh();
  }

  /** Whether nothing is shown of what is to come: what answers a question plays first. */
  isVeiled() {
    return this.payload.veiled || (this.payload.in_suspense && !this.watched);
  }

  runnerColours() {
    const style = getComputedStyle(this.root);
    return Array.from({ length: RUNNERS }, (_, i) => style.getPropertyValue(`--runner-${i + 1}`).trim());
  }

  showScene() {
    const { payload, root, surface, runners, theme } = this;
    root.dataset.scene = payload.scene;
    root.dataset.shape = surface.kind === "map" && aspectOf(surface) > WIDE ? "wide" : "tall";
    if (surface.kind === "map") root.style.setProperty("--map-aspect", Math.max(1, aspectOf(surface)));
    root.dataset.key = payload.key;
    for (const section of root.querySelectorAll("[data-view]")) section.hidden = !payload.views.includes(section.dataset.view);
    for (const [name, text] of Object.entries(payload.titles)) setText(root.querySelector(`[data-title=${name}]`), text);
    for (const [name, text] of Object.entries(payload.descriptions)) root.querySelector(`[data-view=${name}] canvas`)?.setAttribute("aria-label", text);
    this.board.setScene(runners, payload.words);
    root.querySelector(".by-coordinate").hidden = runners[0].dimensions === 1;
    root.querySelector(".measure-key").replaceChildren(...measureKey(runners));
    this.fit();
    if (surface.kind === "map") {
      this.views.map.setScene(surface, runners, theme);
      if (payload.views.includes("solid")) this.views.solid.setScene(surface, runners, theme);
    } else {
      this.views.curve.setScene(surface, runners, theme);
      if (payload.views.includes("slope")) this.views.slope.setScene(surface, runners, theme);
    }
    if (payload.data) this.views.fit.setScene(payload.data, runners, theme);
    this.setChart();
    this.placeEvents();
  }

  setChart() {
    const { choices, payload } = this;
    this.switches = { ...choices, measure: choices.measure === "auto" ? payload.axis : choices.measure };
    this.chart.fit();
    const model = measureModel(this.runners, this.theme, { ...this.switches, veiled: this.veiled });
    this.switches.measure = model.log ? "log" : "linear"; // the button of the axis that is drawn
    this.chart.setModel(model);
  }

  placeEvents() {
    const events = this.runners.flatMap((runner) => runner.events.map((event) => ({
      ...event,
      label: this.runners.length > 1 ? `${runner.label}: ${event.label}` : event.label,
      position: this.timeline.positionOf(event.step),
    })));
    this.transport.setEvents(this.veiled ? [] : events, this.timeline.last, false);
  }

  startOver() {
    this.tooltip.hide();
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.playback.restart(this.payload.autoplay && !calm && this.timeline.last > 0, false);
  }

  shownViews() {
    return this.payload.views.map((name) => this.views[name]).filter(Boolean);
  }

  fit() {
    if (!this.payload) return;
    for (const view of this.shownViews()) view.fit();
    this.chart.fit();
    this.stale = true;
  }

  tick(now) {
    const seconds = Math.min(LONGEST_FRAME, (now - (this.lastTick ?? now)) / 1000);
    this.lastTick = now;
    this.request = requestAnimationFrame(this.tick);
    if (!this.timeline || !(this.playback.playing || this.stale)) return;
    const before = this.playback.position;
    if (this.playback.advance(seconds, this.timeline, false)) {
      this.refresh();
      this.reportSoon();
    } else if (this.playback.position < before || this.hasShownEnough()) this.tellWatched(); // a loop starts over
    this.draw();
  }

  draw() {
    this.stale = false;
    const { timeline, playback, switches } = this;
    const { words } = this.payload;
    const moment = timeline.momentAt(playback.position);
    const shown = { trails: switches.trails === "on", arrows: switches.arrows === "on" };
    for (const view of this.shownViews()) view.render(moment, shown);
    this.chart.render(moment);
    this.board.render(moment);
    this.tellTangent(moment, shown);
    const step = timeline.moments[Math.floor(playback.position)];
    this.transport.showPosition(playback.position, timeline.last, step, this.veiled ? "" : words.of, words.unit);
    this.root.dataset.frame = Math.floor(playback.position);
    this.root.dataset.step = step;
  }

  /** What the lines beside a single point on a curve are, with the tangent's slope at this moment. */
  tellTangent(moment, shown) {
    if (this.surface.kind !== "curve") return;
    const [runner, ...others] = this.runners;
    const alone = others.length === 0;
    this.root.querySelector(".tangent-key").hidden = !(alone && shown.arrows);
    this.root.querySelector(".trail-key").hidden = !(alone && shown.trails && moment > 0);
    const slope = runner.gradients[whereabouts(runner, moment).index];
    setText(this.root.querySelector(".tangent"), `tangent, ${this.surface.slope} ${equals(slope, SLOPE_DIGITS)}`);
  }

  /** Whether it has played the first steps, where the question is about them. */
  hasShownEnough() {
    const { told_at } = this.payload;
    return Number.isFinite(told_at) && this.timeline.moments[Math.floor(this.playback.position)] >= told_at;
  }

  /** It rests, starts over, or has shown what is asked: from now on all of it is shown, and the page may say how it ends. */
  tellWatched() {
    this.watched ||= this.timeline.last > 0 || !this.payload.veiled;
    if (this.isVeiled() === this.veiled) return;
    this.veiled = this.isVeiled();
    this.setChart();
    this.placeEvents();
    this.hooks.onTold?.(!this.veiled);
  }

  act(action) {
    const { playback, timeline } = this;
    if (!timeline) return;
    const now = Math.floor(playback.position);
    this.tooltip.hide();
    if (action === "play" && timeline.last === 0 && this.payload.veiled) this.tellToAnswer();
    else if (action === "play" && !playback.playing) playback.play(timeline, false);
    else if (action === "loop") playback.loop = !playback.loop;
    else {
      const target = { start: 0, back: now - 1, forward: now + 1, end: timeline.last, play: now }[action];
      if (target === undefined) return;
      playback.seek(target, timeline);
      this.reportSoon();
    }
    this.refresh();
  }

  /** There is nothing to play before the question is answered. */
  tellToAnswer() {
    const { left, bottom } = this.root.querySelector(".play").getBoundingClientRect();
    this.tooltip.show([ANSWER_FIRST], left, bottom);
    setText(this.root.querySelector(".announcer"), ANSWER_FIRST);
  }

  chooseSwitch(name, value) {
    this.choices[name] = value;
    this.setChart();
    this.refresh();
  }

  seek(position) {
    this.playback.seek(position, this.timeline);
    this.refresh();
  }

  /** Brings buttons up to date and asks for a new picture. */
  refresh() {
    const { playback, transport, switches } = this;
    if (!playback.playing) this.tellWatched();
    this.hooks.onTold?.(!this.veiled);
    transport.show({ speed: playback.speed, loop: playback.loop, switches, lanes: 1, byShare: false });
    transport.showPlaying(playback.playing);
    transport.showLive(false, false);
    this.stale = true;
  }

  /** Tells the page which step is chosen, once the user has come to rest. */
  reportSoon() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      if (this.playback.playing) return;
      const step = this.timeline.moments[Math.floor(this.playback.position)];
      setText(this.root.querySelector(".announcer"), describeRunners(this.runners, step, this.payload.words));
      this.hooks.onStep({ key: this.payload.key, step });
    }, REST);
  }

  destroy() {
    cancelAnimationFrame(this.request);
    this.ignoreFonts();
    clearTimeout(this.reporting);
    this.resizing.disconnect();
    this.transport.destroy();
  }
}

const aspectOf = ({ x, y }) => (x[1] - x[0]) / (y[1] - y[0]);

/**
 * Brings a player of descents to life inside an element that holds descent.html.
 * @param {HTMLElement} root the element with class "player"
 * @param {{onStart: Function, onStep: Function, onTold?: Function}} hooks
 */
export function createDescent(root, hooks) {
  const player = new Descent(root, hooks);
  root.player = player;
  return player;
}
