/** The player as a whole, without any knowledge of the page it stands in. */

import { chooseLossMode } from "./curves.js";
import { decodeLane, laneSignature } from "../../browser/js/decode.js";
import { createFrame, evaluate, readFrame } from "../../browser/js/network.js";
import { whenFontsArrive } from "../../browser/js/mount.js";
import { Playback } from "../../browser/js/playback.js";
import { readTheme } from "../../browser/js/theme.js";
import { Timeline } from "../../browser/js/timeline.js";
import { Transport, setText } from "../../browser/js/transport.js";
import { Pause, pausedAt } from "./pause.js";
import { Stage } from "./stage.js";
import { formatStep } from "../../browser/js/format.js";
import { describeMoment, firstProbe, isInside } from "./readout.js";

const REPORT_AFTER = 150;
const DESCRIBE_EVERY = 2000; // milliseconds while it plays: a screen reader must not be flooded
const LONGEST_TICK = 0.1;
const ENDS = ["dead", "non_finite"]; // what a scene is about, where it comes after the pause

const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

class Player {
  /**
   * @param {HTMLElement} root the element with class "player"
   * @param {{onFrame: Function, onZoom: Function, onBranch?: Function}} hooks
   */
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.lanes = [];
    this.playback = new Playback();
    this.choices = { map: "output", edges: "weights", loss: "auto", steps: "log" };
    this.byShare = false;
    this.notice = "";
    this.watched = new Set(); // keys of what has been played once
    this.transport = new Transport(root, this.handlers());
    this.stage = new Stage(root, this.stageHandlers());
    this.ignoreFonts = whenFontsArrive(() => { this.stale = true; });
    this.pause = new Pause(root, () => {
      this.notice = this.pause.notice;
      this.refresh();
    });
    this.tick = this.tick.bind(this);
    this.request = requestAnimationFrame(this.tick);
  }

  handlers() {
    return {
      act: (action) => this.act(action),
      scrub: (position) => this.seek(position),
      release: () => this.reportSoon(),
      setSpeed: (speed) => { this.playback.speed = speed; this.refresh(); },
      setSwitch: (name, value) => this.chooseSwitch(name, value),
      jump: (event) => this.seekAndReport(event.position),
      zoom: (step) => this.hooks.onZoom(step),
      branch: (lane) => this.branch(lane),
    };
  }

  stageHandlers() {
    return {
      seek: (position) => this.seek(position),
      release: () => this.reportSoon(),
      setProbe: (input) => this.change(() => { this.probe = input; }),
      redraw: () => this.draw(),
    };
  }

  /** Takes the newest payload; the same key goes on where it was, a new key starts over. */
  update(payload) {
    const theme = readTheme(this.root);
    const themed = theme.signature !== this.theme?.signature;
    this.theme = theme;
    const before = this.timeline ? this.timeline.moments[Math.floor(this.playback.position)] : 0;
    const oldKey = this.key;
    const changed = this.takeLanes(payload.lanes);
    this.payload = payload;
    const moment = this.newMoment();
    if (moment) this.takeView(moment);
    if (this.key !== oldKey) this.watching = this.isPlayedFirst();
    const unveiled = this.isVeiled() !== this.veiled;
    this.root.dataset.asks = Boolean(payload.asks);
    this.root.dataset.waits = payload.veiled && this.lanes.every(({ frames }) => frames === 1);
    if (changed || themed || moment || unveiled) {
      this.stage.setLanes(this.lanes, theme);
      this.buildTimeline();
    }
    this.placeEvents();
    if (this.key !== oldKey) this.startOver(oldKey, before);
    else if (changed) this.stayAt(before);
    if (moment) this.takeMoment(moment);
    this.playback.stopAt = this.stopPosition();
    this.refresh();
  }

  /** Whether a run begins to play that nobody has seen here, from its start and as a whole. */
  isPlayedFirst() {
    const { autoplay, zoomed, moment } = this.payload;
    return autoplay && !isCalm() && !zoomed && moment?.at === undefined && !this.watched.has(this.key);
  }

  /** Whether nothing is shown of what is to come: a run that answers a question plays first. */
  isVeiled() {
    return this.payload.veiled || (this.payload.in_suspense && this.watching);
  }

  /** It rests, or starts over: from now on all of it is shown, and the page may say how it ends. */
  tellWatched() {
    this.watching = false;
    this.watched.add(this.key);
    if (this.isVeiled() !== this.veiled) {
      this.buildTimeline();
      this.placeEvents();
    }
    this.hooks.onWatched?.(this.lanes.some(({ frames, nonFiniteAt }) => frames > 1 || nonFiniteAt !== null));
  }

  /** The moment that a link asks for, or null where there is none or it was shown. */
  newMoment() {
    const { moment } = this.payload;
    return moment && this.signatureOf(moment) !== this.momentTaken ? moment : null;
  }

  /** The same moment counts anew for other runs: a cure may join the run that it is for. */
  signatureOf(moment) {
    return `${this.key} ${JSON.stringify(moment)}`;
  }

  takeView({ map, edges, loss_axis: loss, step_axis: steps, by }) {
    const asked = Object.entries({ map, edges, loss, steps }).filter(([, value]) => value !== undefined);
    Object.assign(this.choices, Object.fromEntries(asked));
    if (by) this.byShare = by === "share";
  }

  /** Goes to the moment as soon as its frame is there. */
  takeMoment(moment) {
    const { at = 0, play } = moment;
    const { timeline, playback } = this;
    const wanted = timeline.byShare ? at / this.longest : at;
    if (this.isStreaming() && timeline.moments[timeline.last] < wanted) return;
    this.momentTaken = this.signatureOf(moment);
    playback.seek(timeline.nearest(wanted), timeline);
    if (play === "yes" && !isCalm()) playback.play(timeline, this.isStreaming());
    else this.reportSoon();
  }

  /** What a link needs to bring back this very picture. */
  currentMoment() {
    const { timeline, playback, switches, choices } = this;
    const now = timeline.moments[Math.floor(playback.position)];
    return {
      at: Math.round(timeline.byShare ? now * this.longest : now),
      play: playback.playing ? "yes" : "no",
      ...(switches.map !== "output" && { map: switches.map }),
      ...(switches.edges !== "weights" && { edges: switches.edges }),
      ...(choices.loss !== "auto" && { loss_axis: choices.loss }),
      ...(choices.steps !== "log" && { step_axis: choices.steps }),
      ...(timeline.byShare && { by: "share" }),
    };
  }

  get longest() {
    return Math.max(...this.lanes.map((lane) => lane.plannedSteps));
  }

  /** Decodes lanes that are new or longer; true when any was. */
  takeLanes(incoming) {
    const known = new Map(this.lanes.map((lane) => [lane.signature, lane]));
    const lanes = incoming.map((lane) => known.get(laneSignature(lane)) ?? decodeLane(lane));
    const changed = lanes.length !== this.lanes.length || lanes.some((lane, i) => lane !== this.lanes[i]);
    this.lanes = lanes;
    this.key = JSON.stringify(lanes.map((lane) => lane.key));
    this.root.dataset.key = lanes[0].key;
    return changed;
  }

  stayAt(moment) {
    const fraction = this.playback.position % 1;
    const position = this.timeline.positionOf(moment);
    this.playback.position = Math.min(this.timeline.last, position + (position < this.timeline.last ? fraction : 0));
  }

  startOver(oldKey, moment) {
    const playing = this.payload.autoplay && !isCalm();
    const returning = this.whole?.key === this.key ? this.whole : null;
    this.whole = this.payload.zoomed && oldKey ? this.whole ?? { key: oldKey, moment } : null;
    if (!this.probe || !isInside(this.lanes[0].domain, this.probe)) this.probe = firstProbe(this.lanes[0]);
    this.pause.end();
    this.playback.restart(playing, playing && this.isLive());
    this.playback.loop ||= this.payload.loop;
    this.notice = "";
    if (returning && !this.payload.zoomed) this.seek(this.timeline.nearest(returning.moment));
  }

  stopPosition() {
    const step = this.payload.pause_at;
    if (step === null || this.passedPause === `${this.key}:${step}`) return null;
    const coordinate = this.timeline.coordinate(0, step);
    if (this.timeline.moments[this.timeline.last] < coordinate) return null;
    return this.timeline.positionOf(coordinate);
  }

  buildTimeline() {
    this.timeline = new Timeline(this.lanes, this.byShare && this.lanes.length > 1);
    this.switches = {
      ...this.choices,
      steps: this.payload.zoomed ? "linear" : this.choices.steps,
      loss: this.choices.loss === "auto" ? chooseLossMode(this.lanes) : this.choices.loss,
    };
    this.veiled = this.isVeiled();
    this.stage.setTimeline(this.timeline, { ...this.switches, veiled: this.veiled });
  }

  placeEvents() {
    this.events = this.lanes.flatMap((lane, i) => lane.events.map((event) => ({
      ...event,
      label: lane.label ? `${lane.label}: ${event.label}` : event.label,
      colour: this.lanes.length > 1 ? this.theme.laneColours[i] : null,
      row: i % 2,
      position: this.timeline.positionOf(this.timeline.coordinate(i, event.step)),
    })));
    this.transport.setEvents(this.veiled ? [] : this.events, this.timeline.last, this.payload.can_zoom && !this.payload.zoomed);
  }

  tick(now) {
    const seconds = Math.min(LONGEST_TICK, (now - (this.lastTick ?? now)) / 1000);
    this.lastTick = now;
    this.request = requestAnimationFrame(this.tick);
    if (!this.timeline || !(this.playback.playing || this.stale)) return;
    const before = this.playback.position;
    const stopped = this.playback.advance(seconds, this.timeline, this.isStreaming());
    if (stopped) this.onStopped(stopped);
    else if (this.watching && this.playback.position < before) this.tellWatched(); // a loop starts over
    this.draw();
  }

  onStopped(reason) {
    if (reason === "stopped") this.onPause();
    this.refresh();
    this.reportSoon();
  }

  /** Says where it stopped, and offers to go on; where the end is still to come, it goes on by itself. */
  onPause() {
    this.passedPause = `${this.key}:${this.payload.pause_at}`;
    const event = this.events.find(({ position }) => position === this.playback.position);
    const step = this.timeline.step(0, this.playback.position);
    const ends = this.events.some(({ kind, position }) => ENDS.includes(kind) && position > this.playback.position);
    this.notice = this.pause.begin(
      this.playback.position,
      pausedAt(step, event),
      ends && !isCalm() ? () => this.act("play") : null,
    );
  }

  draw() {
    if (!this.timeline) return;
    this.stale = false;
    const { timeline, playback } = this;
    this.stage.draw(playback.position, this.switches, this.probe, this.notice);
    const step = Math.max(...this.lanes.map((_, i) => timeline.step(i, playback.position)));
    this.transport.showPosition(playback.position, timeline.last, step, `of ${formatStep(this.longest)}`);
    this.root.dataset.frame = timeline.frame(0, playback.position);
    this.root.dataset.step = step;
    this.describeSoon();
  }

  /** The words for what is seen follow once it rests, and now and then while it plays. */
  describeSoon() {
    const { playing } = this.playback;
    if (playing && this.describing) return;
    clearTimeout(this.describing);
    this.describing = setTimeout(() => {
      this.describing = null;
      this.stage.describe();
    }, playing ? DESCRIBE_EVERY : REPORT_AFTER);
  }

  /** Whether the newest frame is there to be followed. */
  isLive() {
    return this.lanes.some((lane) => lane.live);
  }

  isStreaming() {
    return this.lanes.some((lane) => lane.streaming);
  }

  act(action) {
    const { playback, timeline } = this;
    if (!timeline) return;
    this.pause.stay();
    const now = Math.floor(playback.position);
    if (action === "play" && this.payload.asks) this.tellToAnswer();
    else if (action === "play" && !playback.playing) this.change(() => playback.play(timeline, this.isStreaming()));
    else if (action === "play") this.seekAndReport(now);
    else if (action === "follow") this.change(() => playback.follow());
    else if (action === "loop") this.change(() => { playback.loop = !playback.loop; });
    else if (action === "share") this.changeAxis();
    else if (action === "zoom-out") this.hooks.onZoom(null);
    else this.seekAndReport({ start: 0, back: now - 1, forward: now + 1, end: timeline.last }[action]);
  }

  /** There is nothing to play before the question is answered. */
  tellToAnswer() {
    this.notice = "Answer first: your answer starts the run.";
    this.refresh();
  }

  /** Asks the page to let a lane's run go on otherwise from the moment shown. */
  branch(lane) {
    if (!this.timeline) return;
    this.seek(Math.floor(this.playback.position));
    const step = this.timeline.step(lane, this.playback.position);
    this.hooks.onBranch?.({ key: this.lanes[lane].key, step });
  }

  changeAxis() {
    const { steps } = this.lanes[0];
    const step = steps[this.timeline.frame(0, this.playback.position)];
    this.byShare = !this.byShare;
    this.buildTimeline();
    this.playback.position = this.timeline.positionOf(this.timeline.coordinate(0, step));
    this.playback.stopAt = this.stopPosition();
    this.placeEvents();
    this.refresh();
  }

  change(apply) {
    apply();
    this.notice = "";
    this.refresh();
  }

  chooseSwitch(name, value) {
    this.choices[name] = value;
    this.buildTimeline();
    this.refresh();
  }

  seek(position) {
    this.playback.seek(position, this.timeline);
    this.notice = "";
    this.refresh();
  }

  seekAndReport(position) {
    this.seek(position);
    this.reportSoon();
  }

  /** Brings buttons and notices up to date and asks for a new picture. */
  refresh() {
    const { playback, transport, byShare, lanes } = this;
    const rests = !playback.playing && !this.pause.isShort;
    if (rests || !this.watching) this.tellWatched();
    else this.hooks.onWatched?.(false);
    transport.show({ speed: playback.speed, loop: playback.loop, switches: this.switches, lanes: lanes.length, byShare });
    transport.showPlaying(playback.playing);
    transport.showLive(this.isLive(), playback.following);
    transport.showZoomed(this.payload.zoomed);
    transport.showBranching(this.payload.can_branch ? lanes.map((lane) => lane.label) : []);
    this.root.querySelector(".go-on").hidden = playback.playing || playback.position !== this.pause.position;
    this.stale = true;
  }

  /** Tells the page which frame is chosen, once the user has come to rest. */
  reportSoon() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      if (this.playback.playing) return;
      const frame = this.timeline.frame(0, this.playback.position);
      const lane = this.lanes[0];
      setText(this.root.querySelector(".announcer"), describeMoment(this.lanes, this.timeline, this.playback.position));
      this.hooks.onFrame({ key: lane.key, frame, step: lane.steps[frame] });
    }, REPORT_AFTER);
  }

  /** The network of one recorded frame, evaluated for one input; for tests and curious people. */
  evaluate(laneIndex, frameIndex, x0, x1) {
    const lane = this.lanes[laneIndex];
    const frame = createFrame(lane.hidden);
    readFrame(frame, lane.weights, lane.bias, frameIndex);
    const { H1, H2 } = evaluate(frame, x0, x1);
    return { H1, H2 };
  }

  destroy() {
    this.pause.destroy();
    cancelAnimationFrame(this.request);
    this.ignoreFonts();
    clearTimeout(this.reporting);
    clearTimeout(this.describing);
    this.stage.destroy();
    this.transport.destroy();
  }
}

/**
 * Brings a player to life inside an element that holds player.html.
 * @param {HTMLElement} root the element with class "player"
 * @param {{onFrame: Function, onZoom: Function, onBranch?: Function}} hooks
 * @returns {{update: Function, evaluate: Function, destroy: Function}}
 */
export function createPlayer(root, hooks) {
  const player = new Player(root, hooks);
  root.player = player;
  return player;
}
