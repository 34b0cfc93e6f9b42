/** The transport bar: buttons, scrubber, switches, events, what the keys do. */

import { formatStep } from "./format.js";

const KEYS = { " ": "play", ArrowLeft: "back", ArrowRight: "forward" };

export class Transport {
  /**
   * @param {HTMLElement} root
   * @param {{act: Function, scrub: Function, release: Function, setSpeed: Function, setSwitch: Function,
   *   jump: Function, zoom: Function, branch: Function}} handlers
   */
  constructor(root, handlers) {
    this.root = root;
    this.handlers = handlers;
    this.scrubber = root.querySelector(".scrubber");
    this.step = root.querySelector(".readout-step");
    this.of = root.querySelector(".readout-of");
    this.stopListening = new AbortController();
    this.listen();
  }

  listen() {
    const { signal } = this.stopListening;
    this.root.addEventListener("click", (event) => this.onClick(event), { signal });
    this.scrubber.addEventListener("input", () => this.handlers.scrub(Number(this.scrubber.value)), { signal });
    this.scrubber.addEventListener("change", () => this.handlers.release(), { signal });
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("keydown", (event) => {
      if (document.activeElement === document.body && this.isVisible()) this.onKey(event);
    }, { signal });
  }

  isVisible() {
    const box = this.root.getBoundingClientRect();
    return box.height > 0 && box.bottom > 0 && box.top < window.innerHeight;
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { action, speed, value, branch } = button.dataset;
    if (action) this.handlers.act(action);
    if (branch !== undefined) this.handlers.branch(this.laneOf(button));
    if (speed) this.handlers.setSpeed(Number(speed));
    if (value) this.handlers.setSwitch(button.closest("[data-switch]").dataset.switch, value);
    if (event.detail > 0) this.root.focus({ preventScroll: true });
  }

  /** The lane that a button stands in; the first for those of the transport. */
  laneOf(button) {
    return Math.max(0, [...this.root.querySelectorAll(".lane")].indexOf(button.closest(".lane")));
  }

  /** Keys work anywhere in the player, except where a control needs them itself. */
  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS[event.key];
    const onButton = event.key === " " && event.target.closest?.("button");
    if (!action || onButton) return;
    event.preventDefault();
    this.handlers.act(action);
  }

  /** Buttons are made anew only when the events differ, so that none loses the focus. */
  setEvents(events, last, canZoom) {
    const signature = JSON.stringify([events, last, canZoom]);
    if (signature === this.eventsShown) return;
    this.eventsShown = signature;
    const marks = events.map(({ position }) => {
      const mark = document.createElement("span");
      mark.style.left = `${last > 0 ? (100 * position) / last : 0}%`;
      return mark;
    });
    this.root.querySelector(".scrub-marks").replaceChildren(...marks);
    this.root.querySelector(".events").replaceChildren(...events.map((event) => this.eventButtons(event, canZoom)));
  }

  eventButtons(event, canZoom) {
    const group = document.createElement("span");
    group.className = "event";
    group.dataset.kind = event.kind;
    group.append(eventButton(`${event.label} · step ${formatStep(event.step)}`, () => this.handlers.jump(event)));
    if (canZoom) {
      const slow = eventButton("Slow motion", () => this.handlers.zoom(event.step));
      slow.setAttribute("aria-label", `Slow motion around step ${formatStep(event.step)}`);
      group.append(slow);
    }
    return group;
  }

  press(selector, pressed) {
    for (const button of this.root.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(pressed(button)));
  }

  show({ speed, loop, switches, lanes, byShare }) {
    this.press("[data-speed]", (button) => Number(button.dataset.speed) === speed);
    this.press("[data-action=loop]", () => loop);
    this.press("[data-action=share]", () => byShare);
    this.press("[data-value]", (button) => switches[button.closest("[data-switch]").dataset.switch] === button.dataset.value);
    this.root.querySelector("[data-action=share]").hidden = lanes < 2;
  }

  showPosition(position, last, step, of, unit = "Step") {
    const index = Math.floor(position);
    this.scrubber.max = last;
    this.scrubber.value = index;
    this.scrubber.style.setProperty("--done", `${last > 0 ? (100 * position) / last : 0}%`);
    this.scrubber.setAttribute("aria-valuetext", `${unit.toLowerCase()} ${formatStep(step)}`);
    setText(this.step, `${unit} ${formatStep(step)}`);
    setText(this.of, of);
  }

  showPlaying(playing) {
    this.root.dataset.playing = String(playing);
    this.root.querySelector(".play").setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  showLive(streaming, following) {
    const button = this.root.querySelector(".live");
    button.hidden = !streaming;
    button.setAttribute("aria-pressed", String(following));
    setText(button.querySelector(".live-text"), following ? "Following the training" : "Follow the training");
  }

  /** @param {{from: number, to: number} | null} zoomed the single steps shown */
  showZoomed(zoomed) {
    const notice = this.root.querySelector(".notice");
    notice.hidden = !zoomed;
    if (!zoomed) return;
    setText(notice.querySelector(".notice-text"),
      `Slow motion: every single step from ${formatStep(zoomed.from)} to ${formatStep(zoomed.to)}`);
  }

  /** One button in the transport for a single run, one at the head of each of several. */
  showBranching(offered) {
    for (const button of this.root.querySelectorAll("[data-branch]")) button.hidden = !offered;
  }

  destroy() {
    this.stopListening.abort();
  }
}

function eventButton(text, onPress) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toggle";
  button.textContent = text;
  button.onclick = onPress;
  return button;
}

/** Writes text only when it differs, so that nothing is laid out in vain. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
