/** A map on the screen: its picture, sides, lines and legend; what is asked of it goes to Python. */

import { float32s, float64s, int8s } from "../../../browser/js/decode.js";
import { Surface } from "../../../browser/js/surface.js";
import { readTheme } from "../../../browser/js/theme.js";
import { Tooltip } from "../../../browser/js/tooltip.js";
import { Gestures } from "./gestures.js";
import { fromShare, readable, ticks, toShare, withoutStart } from "./ticks.js";

const LEFT = 74;
const BOTTOM = 58;
const TOP = 8;
const RIGHT = 12;
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
const MANY = 8;
const AROUND = 0.25;

class Picture {
  constructor(root) {
    this.root = root;
    this.surface = new Surface(root.querySelector("canvas"));
    this.tooltip = new Tooltip(root.querySelector(".tooltip"), root);
    const canvas = this.surface.canvas;
    this.gestures = new Gestures(canvas, {
      hover: (place, event) => this.hover(place, event),
      leave: () => this.tooltip.hide(),
      press: (place) => this.press(this.pixelAt(place)),
      drag: (a, b) => { this.dragged = a && [a, b]; this.tooltip.hide(); this.paint(); },
      zoom: (a, b) => this.zoom(this.shareAt(a), this.shareAt(b)),
      around: (place, size) => this.zoomAround(this.shareAt(place), size),
      back: () => this.back(),
    });
    canvas.onkeydown = (event) => this.key(event);
    canvas.onfocus = canvas.onblur = () => this.paint();
    this.resizing = new ResizeObserver(() => this.paint());
    this.resizing.observe(root.querySelector(".atlas-sheet"));
  }

  update(data) {
    if (this.data && this.data.key !== data.key && this.image) {
      this.behind = { image: this.image, x: this.data.x, y: this.data.y };
      this.image = null;
      this.cursor = null;
    }
    this.data = data;
    this.xs = float64s(data.xs);
    this.ys = float64s(data.ys);
    this.numbers = data.numbers && Object.fromEntries(Object.entries(data.numbers)
      .map(([name, text]) => [name, name === "verdict" ? int8s(text) : float32s(text)]));
    this.root.querySelector(".atlas-hint").hidden = data.empty;
    this.root.dataset.state = data.numbers ? "whole" : "partial";
    const image = new Image();
    image.onload = () => { if (this.data === data) { this.image = image; this.paint(); } };
    image.src = `data:image/png;base64,${data.picture}`;
    this.writeLegend();
    this.paint();
  }

  get box() {
    const { width, height } = this.surface;
    return { x: LEFT, y: TOP, width: Math.max(1, width - LEFT - RIGHT), height: Math.max(1, height - TOP - BOTTOM) };
  }

  shareAt({ x, y }) {
    const { box } = this;
    const inside = (share) => Math.max(0, Math.min(1, share));
    return [inside((x - box.x) / box.width), inside(1 - (y - box.y) / box.height)];
  }

  pixelAt(place) {
    const last = this.data.size - 1;
    const [across, up] = this.shareAt(place);
    return { row: Math.min(last, Math.floor(up * this.data.size)), column: Math.min(last, Math.floor(across * this.data.size)) };
  }

  hover(place, event) {
    if (!this.data) return;
    this.tooltip.show(this.tell(this.pixelAt(place)), event.clientX, event.clientY);
  }

  tell({ row, column }) {
    const { x, y, size, verdicts } = this.data;
    const values = [[x, this.xs[column], this.xs], [y, this.ys[row], this.ys]].map(([axis, value, all]) =>
      `${axis.label}: ${axis.whole ? value : readable(value, Math.abs(all[1] - all[0]) || 1)}`);
    if (!this.numbers) return [...values, "Its numbers come once all pixels are trained."];
    const at = row * size + column;
    const of = (name) => this.numbers[name][at];
    const verdict = verdicts[of("verdict")];
    if (verdict === "infinite") return [verdict, ...values, "The loss is no finite number."];
    const rises = of("rises") ? `${of("rises")} rises, the first at step ${of("first_rise_at") + 1}` : "The loss never rose";
    return [verdict, ...values, `Last loss ${short(of("loss"))}, mean ${short(of("mean_loss"))}`,
      `${(100 * of("accuracy")).toFixed(1)}% of all points right`, rises];
  }

  press(pixel) {
    this.cursor = pixel;
    this.ask?.pixel({ key: this.data.key, ...pixel });
    this.paint();
  }

  zoom([x0, y0], [x1, y1]) {
    const sides = [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
    if (sides[2] - sides[0] > 0.002 && sides[3] - sides[1] > 0.002) this.ask?.zoom({ key: this.data.key, sides });
  }

  zoomAround([x, y], size) {
    const from = (share) => Math.max(0, Math.min(1 - size, share - size * share));
    this.zoom([from(x), from(y)], [from(x) + size, from(y) + size]);
  }

  back() {
    if (this.data.depth) this.ask?.back({ key: this.data.key });
  }

  key(event) {
    if (!this.data) return;
    const { size } = this.data;
    const move = KEYS[event.key];
    this.cursor ??= { row: size >> 1, column: size >> 1 };
    if (move) {
      const far = event.shiftKey ? MANY : 1;
      const inside = (index) => Math.max(0, Math.min(size - 1, index));
      this.cursor = { row: inside(this.cursor.row + far * move[0]), column: inside(this.cursor.column + far * move[1]) };
      this.root.querySelector(".atlas-told").textContent = this.tell(this.cursor).join(". ");
    } else if (event.key === "Enter") this.press(this.cursor);
    else if (event.key === "+" || event.key === "=") this.zoomAround([this.cursor.column / size, this.cursor.row / size], AROUND);
    else if (event.key === "-") this.back();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.paint();
  }

  paint() {
    if (!this.data) return;
    this.surface.fit();
    this.surface.clear();
    this.theme = readTheme(this.root);
    const { context } = this.surface;
    const { box } = this;
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.clip();
    context.imageSmoothingEnabled = false;
    this.paintBehind();
    if (this.image) context.drawImage(this.image, box.x, box.y, box.width, box.height);
    for (const line of this.data.lines) this.paintLine(line);
    this.paintMarks();
    context.restore();
    this.paintSides();
  }

  /** The picture of the map before, as much of it as lies here, until this one is trained. */
  paintBehind() {
    if (!this.behind || this.behind.x.name !== this.data.x.name || this.behind.y.name !== this.data.y.name) return;
    const [x0, x1] = [this.behind.x.low, this.behind.x.high].map((value) => toShare(this.data.x, value));
    const [y0, y1] = [this.behind.y.low, this.behind.y.high].map((value) => toShare(this.data.y, value));
    if (![x0, x1, y0, y1].every((share) => Number.isFinite(share) && Math.abs(share) < 1000)) return;
    const { box } = this;
    this.surface.context.globalAlpha = 0.45;
    this.surface.context.drawImage(this.behind.image, box.x + x0 * box.width, box.y + (1 - y1) * box.height,
      (x1 - x0) * box.width, (y1 - y0) * box.height);
    this.surface.context.globalAlpha = 1;
  }

  paintLine({ places, label }) {
    const { context } = this.surface;
    const { box } = this;
    const at = ([x, y]) => [box.x + x * box.width, box.y + (1 - y) * box.height];
    for (const [colour, width, dash] of [["#ffffff", 5, []], ["#000000", 2.5, [9, 5]]]) {
      context.beginPath();
      places.forEach((place, i) => (i ? context.lineTo(...at(place)) : context.moveTo(...at(place))));
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.stroke();
    }
    context.setLineDash([]);
    const seen = places.filter(([x, y]) => x > 0.02 && x < 0.98 && y > 0.04 && y < 0.96);
    if (seen.length) this.writeOnMap(label, ...at(seen[Math.floor(seen.length * 0.8)]));
  }

  writeOnMap(text, x, y) {
    const { context } = this.surface;
    const { box } = this;
    context.font = `600 13px ${this.theme.font}`;
    const width = context.measureText(text).width;
    const left = Math.max(box.x + 4, Math.min(x + 8, box.x + box.width - width - 8));
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillStyle = "rgba(255, 255, 255, 0.88)";
    context.fillRect(left - 4, y - 14, width + 8, 19);
    context.fillStyle = "#16202c";
    context.fillText(text, left, y);
  }

  paintMarks() {
    const { context } = this.surface;
    const { box } = this;
    const { size, chosen } = this.data;
    const side = Math.max(11, box.width / size + 6);
    const mark = ({ row, column }, colour) => {
      const x = box.x + ((column + 0.5) / size) * box.width;
      const y = box.y + (1 - (row + 0.5) / size) * box.height;
      for (const [stroke, width] of [["#000000", 4.5], [colour, 2]]) {
        context.strokeStyle = stroke;
        context.lineWidth = width;
        context.strokeRect(x - side / 2, y - side / 2, side, side);
      }
    };
    if (chosen) mark({ row: chosen[0], column: chosen[1] }, "#ffffff");
    if (this.cursor && this.surface.canvas.matches(":focus-visible")) mark(this.cursor, "#ffea46");
    if (!this.dragged) return;
    const [a, b] = this.dragged;
    context.fillStyle = "rgba(255, 255, 255, 0.25)";
    context.fillRect(a.x, a.y, b.x - a.x, b.y - a.y);
    context.strokeStyle = "#000000";
    context.lineWidth = 1.5;
    context.strokeRect(a.x, a.y, b.x - a.x, b.y - a.y);
  }

  paintSides() {
    const { context } = this.surface;
    const { box, theme } = this;
    const { x, y } = this.data;
    context.strokeStyle = theme.border;
    context.lineWidth = 1;
    context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
    context.fillStyle = theme.text;
    context.font = `13px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "center";
    let free = -Infinity;
    for (const { value, step } of ticks(x, Math.max(2, box.width / 110))) {
      const at = box.x + toShare(x, value) * box.width;
      const text = readable(value, step);
      const half = context.measureText(text).width / 2;
      context.fillRect(at, box.y + box.height, 1, 5);
      if (at - half < free || at + half > box.x + box.width + RIGHT) continue;
      context.fillText(text, at, box.y + box.height + 15);
      free = at + half + 10;
    }
    context.textAlign = "right";
    const marks = ticks(y, Math.max(2, box.height / 60));
    const texts = marks.map(({ value, step }) => readable(value, step));
    const wide = texts.some((text) => context.measureText(text).width > LEFT - 30);
    (wide ? withoutStart(texts) : texts).forEach((text, i) => {
      const at = box.y + (1 - toShare(y, marks[i].value)) * box.height;
      context.fillRect(box.x - 5, at, 5, 1);
      context.fillText(text, box.x - 8, at, LEFT - 30);
    });
    context.font = `600 14px ${theme.font}`;
    context.textAlign = "center";
    context.fillText(`${x.label}${x.log ? " (log)" : ""}`, box.x + box.width / 2, box.y + box.height + 40);
    context.save();
    context.translate(12, box.y + box.height / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(`${y.label}${y.log ? " (log)" : ""}`, 0, 0);
    context.restore();
  }

  writeLegend() {
    const { title, classes, scale } = this.data.legend;
    const parts = [element("span", "title", title)];
    if (scale) {
      const bar = element("span", "bar", "");
      bar.style.background = `linear-gradient(to right, ${scale.colours.join(", ")})`;
      const entry = element("span", "", "");
      entry.append(short(scale.low), bar, `${short(scale.high)}${scale.log ? " (log)" : ""}`);
      parts.push(entry);
    }
    for (const { label, share, colour } of classes) {
      const entry = element("span", "", "");
      const swatch = element("span", "swatch", "");
      swatch.style.background = colour;
      entry.append(swatch, share === null ? label : `${label}, ${percent(share)}`);
      parts.push(entry);
    }
    this.root.querySelector(".atlas-legend").replaceChildren(...parts);
  }

  destroy() {
    this.resizing.disconnect();
    this.gestures.destroy();
  }
}

function element(tag, name, text) {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

const short = (value) => String(Number(value.toPrecision(4))).replace("-", "−");
const percent = (share) => (share > 0 && share < 0.001 ? "below 0.1%" : `${(100 * share).toFixed(1)}%`);

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".atlas");
  if (!root || !data) return undefined;
  const picture = root.picture ?? (root.picture = new Picture(root));
  picture.ask = Object.fromEntries(["pixel", "zoom", "back"].map((name) => [name, (asked) => setTriggerValue(name, asked)]));
  picture.update(data);
  return () => {
    picture.destroy();
    delete root.picture;
  };
}
