/** The map on the screen: pointer and keys change the sketch, the sketch is painted and reported. */

import { cleanUpNewest } from "../../../browser/js/mount.js";
import { Surface, pointerAt } from "../../../browser/js/surface.js";
import { Sketch } from "./sketch.js";

const GRAB = 14;
const STEP = 0.1;
const STILL = 8; // pixels that a finger may slip in a tap; beyond them it scrolls the page
const REPORT_AFTER = 250;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

class Drawing {
  constructor(root, data) {
    this.root = root;
    this.reporting = null;
    this.reach = data.reach;
    this.sketch = new Sketch(data.points, data.most);
    this.surface = new Surface(root.querySelector("canvas"));
    this.listen(this.surface.canvas);
    root.onclick = (event) => this.press(event.target.closest("button"));
    this.resizing = new ResizeObserver(() => this.paint());
    this.resizing.observe(root.querySelector(".sheet"));
    // Who presses something else means the points as they are now.
    this.elsewhere = new AbortController();
    for (const touch of ["pointerdown", "keydown"]) {
      document.addEventListener(touch, (event) => {
        if (!event.composedPath().includes(root)) this.tell();
      }, { signal: this.elsewhere.signal, capture: true });
    }
  }

  listen(canvas) {
    const nearest = (place) => this.sketch.nearest(place, (GRAB * 2 * this.reach) / this.surface.width);
    // A finger on a point moves it; anywhere else it may be about to scroll, and a point comes with a tap.
    canvas.addEventListener("touchstart", (event) => {
      if (nearest(this.placeAt(pointerAt(event.touches[0], canvas))) >= 0) event.preventDefault();
    }, { passive: false });
    canvas.onpointerdown = (event) => {
      const place = this.placeAt(pointerAt(event, canvas));
      const near = nearest(place);
      this.tapped = event.pointerType === "touch" && near < 0 ? [event.clientX, event.clientY] : null;
      if (this.tapped) return;
      canvas.setPointerCapture(event.pointerId);
      if (near < 0) this.sketch.add(place);
      else this.sketch.choose(near);
      this.grabbed = near >= 0;
      this.dragging = true;
      this.changed();
    };
    canvas.onpointermove = (event) => {
      if (!this.dragging || this.sketch.chosen < 0) return;
      if (this.grabbed) this.sketch.remember();
      this.grabbed = false;
      this.sketch.moveTo(this.placeAt(pointerAt(event, canvas)));
      this.changed();
    };
    canvas.onpointerup = (event) => {
      const { tapped } = this;
      this.rest();
      if (!tapped || Math.hypot(event.clientX - tapped[0], event.clientY - tapped[1]) > STILL) return;
      this.sketch.add(this.placeAt(pointerAt(event, canvas)));
      this.changed();
    };
    canvas.onpointercancel = () => this.rest();
    canvas.onkeydown = (event) => this.key(event);
    canvas.onfocus = canvas.onblur = () => this.paint();
  }

  rest() {
    this.dragging = false;
    this.tapped = null;
  }

  placeAt({ x, y }) {
    const { width, height } = this.surface;
    return [this.clamp((2 * x / width - 1) * this.reach), this.clamp((1 - 2 * y / height) * this.reach)];
  }

  clamp(value) {
    return Math.round(Math.max(-this.reach, Math.min(this.reach, value)) * 1000) / 1000;
  }

  key(event) {
    const { sketch } = this;
    const arrow = ARROWS[event.key];
    const key = event.key.toLowerCase();
    if (arrow) {
      if (sketch.chosen >= 0 && !event.repeat) sketch.remember();
      sketch.moveTo(sketch.place().map((value, k) => this.clamp(value + arrow[k] * STEP)));
    } else if (key === "enter") {
      const place = sketch.place();
      sketch.choose(-1);
      sketch.add(place);
      sketch.choose(-1);
    } else if (key === "0" || key === "1") sketch.label = Number(key);
    else if (key === "n") sketch.next();
    else if (key === "delete" || key === "backspace") sketch.remove();
    else if (key === "u" || (key === "z" && (event.ctrlKey || event.metaKey))) sketch.undo();
    else if (key === "escape") sketch.choose(-1);
    else return;
    event.preventDefault();
    this.changed();
  }

  press(button) {
    if (!button) return;
    if (button.dataset.label) this.sketch.label = Number(button.dataset.label);
    else this.sketch[button.dataset.action]();
    this.changed();
  }

  changed() {
    this.paint();
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.tell(), REPORT_AFTER);
  }

  /** Reports what has not been reported yet. */
  tell() {
    if (this.reporting === null) return;
    clearTimeout(this.reporting);
    this.reporting = null;
    this.report({ points: this.sketch.points });
  }

  destroy() {
    clearTimeout(this.reporting);
    this.resizing.disconnect();
    this.elsewhere.abort();
  }

  paint() {
    this.surface.fit();
    this.surface.clear();
    const style = getComputedStyle(this.root);
    this.colours = Object.fromEntries(["text", "border", "blue", "orange", "primary"]
      .map((name) => [name, style.getPropertyValue(`--${name}`)]));
    this.font = style.fontFamily;
    this.paintAxes();
    this.sketch.points.forEach((point, i) => this.paintPoint(point, i === this.sketch.chosen));
    if (this.sketch.chosen < 0 && this.root.contains(this.surface.canvas) && this.surface.canvas.matches(":focus-visible")) this.paintCursor();
    this.write();
  }

  toScreen([x, y]) {
    const { width, height } = this.surface;
    return [(x / this.reach + 1) * width / 2, (1 - y / this.reach) * height / 2];
  }

  paintAxes() {
    const { context, width, height } = this.surface;
    context.lineWidth = 1;
    context.fillStyle = this.colours.text;
    context.font = `13px ${this.font}`;
    context.textAlign = "center";
    for (let value = 1 - this.reach; value < this.reach; value++) {
      const [x, y] = this.toScreen([value, value]);
      context.globalAlpha = value === 0 ? 1 : 0.5;
      context.strokeStyle = this.colours.border;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.moveTo(0, y);
      context.lineTo(width, y);
      context.stroke();
      context.globalAlpha = 1;
      context.fillText(String(value).replace("-", "−"), x, height - 6);
      if (value !== 0) context.fillText(String(value).replace("-", "−"), 14, y + 4);
    }
    context.font = `italic 600 14px ${this.font}`;
    context.fillText("x0", width - 14, height - 22);
    context.fillText("x1", 14, 16);
  }

  paintPoint(point, chosen) {
    const { context } = this.surface;
    const [x, y] = this.toScreen(point);
    context.beginPath();
    if (point[2]) context.rect(x - 6, y - 6, 12, 12);
    else context.arc(x, y, 6.5, 0, 2 * Math.PI);
    context.fillStyle = point[2] ? this.colours.blue : this.colours.orange;
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1;
    context.stroke();
    if (!chosen) return;
    context.beginPath();
    context.arc(x, y, 12, 0, 2 * Math.PI);
    context.strokeStyle = this.colours.text;
    context.lineWidth = 2;
    context.stroke();
  }

  paintCursor() {
    const { context } = this.surface;
    const [x, y] = this.toScreen(this.sketch.cursor);
    context.strokeStyle = this.colours.primary;
    context.lineWidth = 2;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 13 * dx, y + 13 * dy);
    }
    context.stroke();
  }

  write() {
    const { points, chosen, label, past } = this.sketch;
    const ones = points.filter((point) => point[2]).length;
    this.root.querySelector(".count").textContent = `${points.length - ones} of class 0, ${ones} of class 1`;
    for (const button of this.root.querySelectorAll("[data-label]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.label) === label));
    }
    this.root.querySelector("[data-action=undo]").disabled = !past.length;
    this.root.querySelector("[data-action=remove]").disabled = chosen < 0;
    this.root.querySelector("[data-action=clear]").disabled = !points.length;
    const [x, y] = this.sketch.place();
    this.root.querySelector(".told").textContent = `${chosen < 0 ? "Cursor" : `Point of class ${points[chosen][2]}`} at ${x}, ${y}`;
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".drawing");
  if (!root || !data) return undefined;
  const drawing = root.drawing ?? (root.drawing = new Drawing(root, data));
  drawing.report = (drawn) => setStateValue("drawn", drawn);
  drawing.paint();
  return cleanUpNewest(root, () => {
    drawing.destroy();
    delete root.drawing;
  });
}
