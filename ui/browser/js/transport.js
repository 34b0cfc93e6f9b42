/** The transport bar: buttons, scrubber, switches, events, what the keys do. */

import { formatStep } from "./format.js";

const KEYS = { " ": "play", ArrowLeft: "back", ArrowRight: "forward" };
const END_KEYS = { Home: "start", End: "end" };
const ON_CHIPS = { dead: "dead", first_rise: "rise", highest_loss: "highest", non_finite: "∞", branch: "branch" };
const CHIP_GAP = 6;
const TELL_EVERY = 2000; // milliseconds

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
    this.speed = root.querySelector(".speed");
    this.events = root.querySelector(".events");
    this.more = root.querySelector(".more-button");
    this.options = root.querySelector(".transport-options");
    this.resizing = new ResizeObserver(() => this.spreadChips());
    this.resizing.observe(this.events);
    this.toldAt = -Infinity;
    this.stopListening = new AbortController();
    this.listen();
  }

  listen() {
    const { signal } = this.stopListening;
    this.root.addEventListener("click", (event) => this.onClick(event), { signal });
    this.scrubber.addEventListener("input", () => this.handlers.scrub(Number(this.scrubber.value)), { signal });
    this.scrubber.addEventListener("change", () => this.handlers.release(), { signal });
    this.speed.addEventListener("change", () => this.onSpeed(), { signal });
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("pointerdown", (event) => this.onElsewhere(event), { signal });
    document.addEventListener("keydown", (event) => {
      const free = event.key in END_KEYS
        ? isPresented() && !scrolls(event)
        : document.activeElement === document.body;
      if (free && this.isVisible()) this.onKey(event);
    }, { signal });
  }

  isVisible() {
    const box = this.root.getBoundingClientRect();
    return box.height > 0 && box.bottom > 0 && box.top < window.innerHeight;
  }

  onSpeed() {
    this.handlers.setSpeed(Number(this.speed.value));
    this.root.focus({ preventScroll: true }); // so that the keys are the player's again
  }

  /** What opens closes again when something else is pressed. */
  onElsewhere(event) {
    const path = event.composedPath();
    if (!path.includes(this.more.parentElement)) this.showMore(false);
    if (!path.includes(this.events)) this.openChip(null);
  }

  showMore(open) {
    this.options.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
  }

  /** Keeps what is said about one event on the screen; null for none. */
  openChip(chosen) {
    for (const event of this.events.children) event.dataset.open = String(event === chosen);
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button === this.more) {
      this.showMore(this.options.hidden);
      return;
    }
    const { action, value, branch } = button.dataset;
    if (action) this.handlers.act(action);
    if (branch !== undefined) this.handlers.branch(Number(branch));
    if (value) this.handlers.setSwitch(button.closest("[data-switch]").dataset.switch, value);
    if (event.detail > 0) this.root.focus({ preventScroll: true });
  }

  /** Keys work anywhere in the player, except where a control needs them itself. */
  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !this.options.hidden) {
      this.showMore(false);
      this.more.focus();
      return;
    }
    if (event.target.closest?.("select")) return;
    const action = KEYS[event.key] ?? END_KEYS[event.key];
    const onButton = event.key === " " && event.target.closest?.("button");
    if (!action || onButton) return;
    event.preventDefault();
    this.handlers.act(action);
  }

  /**
   * Marks on the time line, each with a chip to press. Made anew only when they differ, so that none loses the focus.
   * @param {object[]} events {step, kind, label, position, colour, row}; the second row stands below the line
   */
  setEvents(events, last, canZoom) {
    const signature = JSON.stringify([events, last, canZoom]);
    if (signature === this.eventsShown) return;
    this.eventsShown = signature;
    const share = ({ position }) => (last > 0 ? position / last : 0);
    this.root.querySelector(".scrub-marks").replaceChildren(...events.map((event) => {
      const mark = document.createElement("span");
      mark.style.left = `${100 * share(event)}%`;
      if (event.colour) mark.style.setProperty("--mark", event.colour);
      mark.dataset.row = event.row ?? 0;
      return mark;
    }));
    const inOrder = [...events].sort((a, b) => a.position - b.position);
    this.events.replaceChildren(...inOrder.map((event) => this.eventChip(event, share(event), canZoom)));
    this.spreadChips();
  }

  eventChip(event, share, canZoom) {
    const group = document.createElement("span");
    group.className = "event";
    group.dataset.kind = event.kind;
    group.dataset.share = share;
    group.dataset.row = event.row ?? 0;
    group.dataset.side = share < 0.25 ? "left" : share > 0.75 ? "right" : "middle";
    if (event.colour) group.style.setProperty("--mark", event.colour);
    const told = event.label;
    const chip = eventButton(ON_CHIPS[event.kind] ?? "•", "chip", () => {
      this.handlers.jump(event);
      this.openChip(group);
    });
    chip.setAttribute("aria-label", told);
    const bubble = document.createElement("span");
    bubble.className = "bubble";
    bubble.append(told);
    if (canZoom) {
      const slow = eventButton("Slow motion", "toggle", () => this.handlers.zoom(event.step));
      slow.setAttribute("aria-label", `Slow motion around step ${formatStep(event.step)}`);
      bubble.append(slow);
    }
    group.append(chip, bubble);
    return group;
  }

  spreadChips() {
    const chips = [...this.events.children];
    const rows = [0, 1].map((row) => chips.filter((chip) => Number(chip.dataset.row) === row));
    const needed = (row) => row.reduce((sum, chip) => sum + chip.offsetWidth + CHIP_GAP, 0);
    this.events.dataset.crowded = false;
    this.events.dataset.crowded = Math.max(...rows.map(needed)) > this.events.clientWidth + 20;
    for (const row of rows) this.spreadRow(row, this.events.clientWidth);
  }

  /** Puts every chip as near to its mark as the others of its row let it. */
  spreadRow(chips, width) {
    const widths = chips.map((chip) => chip.offsetWidth);
    const lefts = [];
    let free = -10;
    chips.forEach((chip, i) => {
      lefts[i] = Math.max(free, Number(chip.dataset.share) * width - widths[i] / 2);
      free = lefts[i] + widths[i] + CHIP_GAP;
    });
    let end = width + 10;
    for (let i = chips.length - 1; i >= 0; i--) {
      lefts[i] = Math.min(lefts[i], end - widths[i]);
      end = lefts[i] - CHIP_GAP;
    }
    chips.forEach((chip, i) => { chip.style.left = `${lefts[i]}px`; });
  }

  press(selector, pressed) {
    for (const button of this.root.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(pressed(button)));
  }

  show({ speed, loop, switches, lanes, byShare }) {
    this.speed.value = String(speed);
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
    this.tellValue(`${unit.toLowerCase()} ${formatStep(step)}`);
    setText(this.step, `${unit} ${formatStep(step)}`);
    setText(this.of, of);
  }

  /** While it plays the words for the scrubber follow at times only: a screen reader says each of them. */
  tellValue(words) {
    const now = performance.now();
    if (this.root.dataset.playing === "true" && now - this.toldAt < TELL_EVERY) return;
    this.toldAt = now;
    this.scrubber.setAttribute("aria-valuetext", words);
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

  /** @param {string[]} labels of the runs that can be left here; "" where there is but one */
  showBranching(labels) {
    const signature = JSON.stringify(labels);
    if (signature === this.branchesShown) return;
    this.branchesShown = signature;
    this.root.querySelector(".branches").replaceChildren(...labels.map((label, lane) => {
      const button = eventButton(label ? `Branch from here: ${label}` : "Branch from here", "toggle", () => this.showMore(false));
      button.dataset.branch = lane;
      return button;
    }));
  }

  destroy() {
    this.resizing.disconnect();
    this.stopListening.abort();
  }
}

/** Where a page is presented, Home and End are the run's everywhere; elsewhere they scroll outside the player. */
const isPresented = () => new URLSearchParams(window.location.search).get("present") === "1";

/** Whether Home and End are wanted where the focus is. */
const scrolls = (event) => event.composedPath().some((part) => part.matches?.("input, textarea, select, dialog, "
  + "[contenteditable=true], [role=listbox], [role=menu], [role=slider], [role=tablist], [role=dialog]"));

function eventButton(text, className, onPress) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = text;
  button.onclick = onPress;
  return button;
}

/** Writes text only when it differs, so that nothing is laid out in vain. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
