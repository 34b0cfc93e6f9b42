/** A pause at an event: what it says, and whether it goes on by itself. */

import { formatStep } from "../../browser/js/format.js";

const GO_ON_AFTER = 3000; // milliseconds

/** Says where it stopped: an event's label has its step in it. */
export function pausedAt(step, event) {
  if (!event) return `Paused at step ${formatStep(step)}`;
  const label = event.label[0].toLowerCase() + event.label.slice(1);
  return event.kind === "dead" ? `Paused: ${label}` : `Paused at the ${label}`;
}

export class Pause {
  /**
   * @param {HTMLElement} root whoever touches it decides when it goes on
   * @param {() => void} onStay called where it would have gone on by itself
   */
  constructor(root, onStay) {
    this.onStay = onStay;
    this.position = null;
    this.notice = "";
    this.timer = null;
    this.listening = new AbortController();
    for (const touch of ["pointerdown", "keydown"]) {
      root.addEventListener(touch, () => this.stay(), { signal: this.listening.signal, capture: true });
    }
  }

  /** Whether it goes on by itself. */
  get isShort() {
    return this.timer !== null;
  }

  /** Returns what to say; with ``goOn`` it goes on by itself. */
  begin(position, notice, goOn = null) {
    this.end();
    this.position = position;
    this.notice = notice;
    if (!goOn) return notice;
    this.timer = setTimeout(() => {
      this.timer = null;
      goOn();
    }, GO_ON_AFTER);
    return `${notice}. Goes on in ${GO_ON_AFTER / 1000} s`;
  }

  stay() {
    if (!this.isShort) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.onStay();
  }

  /** Forgets where it was: something else plays. */
  end() {
    clearTimeout(this.timer);
    this.timer = null;
    this.position = null;
  }

  destroy() {
    this.end();
    this.listening.abort();
  }
}
