/** Pointer, wheel and fingers on a map, told as: hover, press, a rectangle, a way back. */

import { pointerAt } from "../../../browser/js/surface.js";

const SHORTEST_DRAG = 8;
const WHEEL_PAUSE = 220;
const WHEEL_STEP = 0.0025;
const NEAREST = 0.02;

export class Gestures {
  /** @param {object} told hooks: hover(place, event), leave(), press(place), drag(a, b), zoom(a, b), back() */
  constructor(canvas, told) {
    Object.assign(this, { canvas, told, pointers: new Map(), wheel: 0 });
    canvas.onpointerdown = (event) => this.down(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.up(event);
    canvas.onpointerleave = () => told.leave();
    // One finger scrolls the page up and down; two are a pinch, whatever their way.
    canvas.addEventListener("touchmove", (event) => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });
    canvas.addEventListener("wheel", (event) => this.turn(event), { passive: false });
  }

  destroy() {
    clearTimeout(this.turning);
  }

  down(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, pointerAt(event, this.canvas));
    if (this.pointers.size === 1) this.from = pointerAt(event, this.canvas);
    if (this.pointers.size === 2) {
      this.pinch = { start: this.spread() };
      this.told.drag(null, null);
    }
  }

  move(event) {
    const place = pointerAt(event, this.canvas);
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, place);
    if (this.pinch) this.pinch.end = this.spread();
    else if (this.from && this.isDrag(place)) this.told.drag(this.from, place);
    else if (!this.pointers.size) this.told.hover(place, event);
  }

  up(event) {
    const place = pointerAt(event, this.canvas);
    this.pointers.delete(event.pointerId);
    if (this.pinch) {
      if (event.type === "pointercancel") this.pinch.end = null;
      this.endPinch(); // the other finger does nothing more
      return;
    }
    if (!this.from) return;
    if (event.type === "pointerup") {
      if (this.isDrag(place)) this.told.zoom(this.from, place);
      else this.told.press(place);
    }
    this.from = null;
    this.told.drag(null, null);
  }

  isDrag(place) {
    return Math.hypot(place.x - this.from.x, place.y - this.from.y) > SHORTEST_DRAG;
  }

  spread() {
    const [a, b] = [...this.pointers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, size: Math.hypot(a.x - b.x, a.y - b.y) };
  }

  endPinch() {
    const { start, end } = this.pinch;
    this.pinch = this.from = null;
    if (!end || !start.size || !end.size) return;
    const ratio = start.size / end.size;
    if (ratio > 1.15) this.told.back();
    else if (ratio < 0.9) this.told.around(start, Math.max(ratio, NEAREST));
  }

  turn(event) {
    event.preventDefault();
    this.wheel += event.deltaY * (event.deltaMode === 1 ? 33 : 1) * WHEEL_STEP;
    const place = pointerAt(event, this.canvas);
    clearTimeout(this.turning);
    this.turning = setTimeout(() => {
      const ratio = Math.exp(this.wheel);
      this.wheel = 0;
      if (ratio > 1.1) this.told.back();
      else if (ratio < 0.95) this.told.around(place, Math.max(ratio, NEAREST));
    }, WHEEL_PAUSE);
  }
}
