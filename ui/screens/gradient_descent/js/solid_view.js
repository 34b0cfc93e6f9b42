/** Two variables as a solid: the surface as a mesh that can be turned, the paths on it. */

import { coordinateAt, drawMark, whereabouts } from "./runners.js";
import { heightOf } from "./landscape.js";
import { blend, toCss, toRgb } from "../../../browser/js/theme.js";
import { Surface, pointerAt } from "../../../browser/js/surface.js";

const MESH = 46; // faces a side
const TALL = 1.15; // height of the solid; its base is 2 wide
const RADIANS_A_PIXEL = 0.008;
const RADIANS_A_KEY = 0.12;
const LOWEST = 0.15;
const HIGHEST = 1.45;
const ROOM = 9; // pixels left free around, for the marks
const LIGHT = [-0.45, -0.35, 0.82];
const TURNS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class SolidView {
  /** @param {Function} redraw called when the solid was turned */
  constructor(canvas, redraw) {
    this.surface = new Surface(canvas);
    this.redraw = redraw;
    this.turn = -0.6;
    this.tilt = 0.8;
    this.connect(canvas);
  }

  connect(canvas) {
    let last = null;
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = pointerAt(event, canvas);
    };
    canvas.onpointermove = (event) => {
      if (!last || event.buttons !== 1) return;
      const at = pointerAt(event, canvas);
      this.rotate((at.x - last.x) * RADIANS_A_PIXEL, (at.y - last.y) * RADIANS_A_PIXEL);
      last = at;
    };
    canvas.onpointerup = () => { last = null; };
    canvas.onkeydown = (event) => {
      const turn = TURNS[event.key];
      if (!turn) return;
      event.preventDefault();
      this.rotate(turn[0] * RADIANS_A_KEY, turn[1] * RADIANS_A_KEY);
    };
  }

  rotate(turn, tilt) {
    this.turn += turn;
    this.tilt = Math.max(LOWEST, Math.min(HIGHEST, this.tilt + tilt));
    this.paint();
    this.redraw();
  }

  setScene(landscape, runners, theme) {
    if (landscape !== this.landscape) this.mesh = buildMesh(landscape);
    Object.assign(this, { landscape, runners, theme });
    this.heights = runners.map((runner) => runner.values.map((value) => Math.min(1.05, heightOf(landscape, value))));
    this.colours = Array.from({ length: 64 }, (_, i) => blend(toRgb(theme.background), toRgb(theme.blue), 0.2 + (0.75 * i) / 63));
    this.paint();
  }

  fit() {
    if (this.surface.fit() && this.landscape) this.paint();
  }

  /** The base from -1 to 1 both ways, heights from 0 to 1, seen from the side. */
  project(x, y, height) {
    const [s, c] = [Math.sin(this.turn), Math.cos(this.turn)];
    const [across, away] = [x * c - y * s, x * s + y * c];
    const up = (height - 0.45) * TALL;
    const [st, ct] = [Math.sin(this.tilt), Math.cos(this.tilt)];
    const { width, height: tall } = this.surface;
    const depth = away * ct - up * st;
    const near = 5 / (5 + depth);
    return [width / 2 + this.scale * across * near,
      tall / 2 + this.shift - this.scale * (away * st + up * ct) * near, depth];
  }

  /** Makes the box around the solid as large as the canvas allows, names and all. */
  place() {
    Object.assign(this, { scale: 1, shift: 0 });
    const places = [...this.mesh.corners, ...this.namePlaces()].map((place) => this.project(...place));
    const across = places.map(([x]) => Math.abs(x - this.surface.width / 2));
    const down = places.map(([, y]) => y - this.surface.height / 2);
    const [top, bottom] = [Math.min(...down), Math.max(...down)];
    this.scale = Math.min((0.5 * this.surface.width - ROOM) / Math.max(...across), (this.surface.height - 2 * ROOM) / (bottom - top));
    this.shift = (-this.scale * (top + bottom)) / 2;
  }

  paint() {
    if (this.surface.width < 2) return;
    this.place();
    this.layer = this.surface.layer();
    const { context } = this.layer;
    const { corners, faces } = this.mesh;
    const places = corners.map(([x, y, height]) => this.project(x, y, height));
    const depths = faces.map(({ ids }) => ids.reduce((sum, id) => sum + places[id][2], 0));
    const order = [...faces.keys()].sort((a, b) => depths[b] - depths[a]);
    context.lineWidth = 0.6;
    for (const i of order) this.paintFace(context, faces[i], places);
    this.paintNames(context);
  }

  paintFace(context, { ids, height, light }, places) {
    const base = this.colours[Math.round(63 * height)];
    const colour = toCss(blend([0, 0, 0], base, 0.62 + 0.38 * light));
    context.beginPath();
    ids.forEach((id, k) => context[k ? "lineTo" : "moveTo"](places[id][0], places[id][1]));
    context.closePath();
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.fill();
    context.stroke();
  }

  paintNames(context) {
    context.font = `600 13px ${this.theme.font}`;
    context.fillStyle = this.theme.text;
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.namePlaces().forEach((place, i) => {
      const [x, y] = this.project(...place);
      context.fillText(this.landscape.names[i], x, y);
    });
  }

  /** Beside the two edges of the base that are in front. */
  namePlaces() {
    const [near0, near1] = [Math.cos(this.turn) > 0 ? -1.2 : 1.2, Math.sin(this.turn) > 0 ? -1.2 : 1.2];
    return [[0, near0, 0], [near1, 0, 0]];
  }

  render(moment, switches) {
    if (!this.layer) return;
    const { context } = this.surface;
    this.surface.clear();
    this.surface.stamp(this.layer);
    const wheres = this.runners.map((runner) => whereabouts(runner, moment));
    if (switches.trails) this.runners.forEach((runner, i) => this.drawPath(context, i, wheres[i].index));
    this.runners.forEach((runner, i) => this.drawHead(context, i, wheres[i]));
  }

  base(value, [from, to]) {
    return (2 * (value - from)) / (to - from) - 1;
  }

  /** Where a step is on the screen, or null beside the surface. */
  placeOf(i, index) {
    const [x0, x1] = [this.runners[i].points[2 * index], this.runners[i].points[2 * index + 1]];
    return this.placeAt(x0, x1, this.heights[i][index]);
  }

  placeAt(x0, x1, height) {
    const [x, y] = [this.base(x0, this.landscape.x), this.base(x1, this.landscape.y)];
    return Math.abs(x) <= 1.02 && Math.abs(y) <= 1.02 ? this.project(x, y, height + 0.01) : null;
  }

  drawPath(context, i, last) {
    for (const [colour, width] of [[this.theme.surface, 4.5], [this.runners[i].colour, 2.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.lineJoin = "round";
      context.beginPath();
      let drawing = false;
      for (let k = 0; k <= last; k++) {
        const place = this.placeOf(i, k);
        if (place) context[drawing ? "lineTo" : "moveTo"](place[0], place[1]);
        drawing = place !== null;
      }
      context.stroke();
    }
  }

  drawHead(context, i, where) {
    const runner = this.runners[i];
    const [from, to] = [this.heights[i][where.index], this.heights[i][where.next]];
    const place = this.placeAt(coordinateAt(runner, where, 0), coordinateAt(runner, where, 1), from + where.share * (to - from));
    if (place) drawMark(context, runner.mark, place[0], place[1], runner.colour, this.theme.surface, 7);
  }
}

/** Corners (base -1..1, height 0..1) and faces with their mean height and how they face the light. */
function buildMesh(landscape) {
  const { size, grid } = landscape;
  const corners = [];
  for (let r = 0; r <= MESH; r++) {
    for (let c = 0; c <= MESH; c++) {
      const [row, column] = [Math.round((r / MESH) * (size - 1)), Math.round((c / MESH) * (size - 1))];
      corners.push([(2 * column) / (size - 1) - 1, 1 - (2 * row) / (size - 1), heightOf(landscape, grid[row * size + column])]);
    }
  }
  const faces = [];
  for (let r = 0; r < MESH; r++) {
    for (let c = 0; c < MESH; c++) {
      const first = r * (MESH + 1) + c;
      const ids = [first, first + 1, first + MESH + 2, first + MESH + 1];
      const heights = ids.map((id) => corners[id][2]);
      faces.push({ ids, height: heights.reduce((a, b) => a + b, 0) / 4, light: lightOn(heights) });
    }
  }
  return { corners, faces };
}

function lightOn([upLeft, upRight, downRight, downLeft]) {
  const across = (0.5 * TALL * MESH * (upRight + downRight - upLeft - downLeft)) / 2;
  const along = (0.5 * TALL * MESH * (upLeft + upRight - downLeft - downRight)) / 2;
  const length = Math.hypot(across, along, 1);
  return Math.max(0, (-across * LIGHT[0] - along * LIGHT[1] + LIGHT[2]) / length);
}
