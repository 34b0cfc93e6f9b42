/** The heights of a surface of two variables: a grid computed in Python, and how high is drawn high. */

import { float32s } from "../../../browser/js/decode.js";
import { createOutline, traceZero } from "../../../browser/js/contour.js";

/** @param {object} surface payload.surface: grid rows run from the top, cells are taken at their centres */
export function decodeLandscape(surface) {
  const grid = float32s(surface.grid);
  let [low, high] = [Infinity, -Infinity];
  for (const value of grid) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { ...surface, grid, low, high, span: high - low || 1 };
}

/** Height from 0 to 1; on a log scale where the surface spans orders of magnitude. */
export function heightOf({ low, span, bend }, value) {
  const above = Math.max(0, value - low);
  return bend > 0 ? Math.log1p(above / bend) / Math.log1p(span / bend) : above / span;
}

function valueOfHeight({ low, span, bend }, height) {
  return low + (bend > 0 ? bend * Math.expm1(height * Math.log1p(span / bend)) : height * span);
}

/** The value between the centres of four cells. */
export function valueAt({ x, y, size, grid }, [x0, x1]) {
  const place = (value, [from, to]) => Math.max(0, Math.min(size - 1.001, ((value - from) / (to - from)) * size - 0.5));
  const [column, row] = [place(x0, x), place(y[0] + y[1] - x1, y)];
  const [left, up] = [Math.floor(column), Math.floor(row)];
  const [right, down] = [column - left, row - up];
  const at = (r, c) => grid[(up + r) * size + left + c];
  return (1 - down) * ((1 - right) * at(0, 0) + right * at(0, 1)) + down * ((1 - right) * at(1, 0) + right * at(1, 1));
}

/** Lines of equal value at even heights, their ends in cells from the top left. */
export function traceLevels(landscape, count) {
  const outlines = [];
  const shifted = new Float32Array(landscape.grid.length);
  for (let k = 1; k < count; k++) {
    const height = landscape.bend > 0 ? k / count : (k / count) ** 2;
    const value = valueOfHeight(landscape, height);
    for (let i = 0; i < shifted.length; i++) shifted[i] = landscape.grid[i] - value;
    const outline = createOutline(landscape.size);
    traceZero(shifted, landscape.size, outline);
    outlines.push(outline.segments.slice(0, outline.length));
  }
  return outlines;
}
