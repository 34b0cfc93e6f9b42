/** Where the boundary on a map runs, in words: for those who hear the page. */

import { formatNumber } from "./format.js";

const CORNERS = ["upper left", "upper right", "lower right", "lower left"];
const MOST_PLACES = 3; // named on one side of the map
const DIGITS = 3; // of a place, counted from the extent of the map

/**
 * Where the line between the classes runs, as the grid of the map has it.
 * @param {Float32Array} values size x size, top row first, of H2[1] - H2[0]
 * @returns {string} its crossings of the sides, the classes of corners and regions
 */
export function describeBoundary(values, size, lane) {
  const { classes } = lane.names;
  const classAt = (i) => (values[i] > 0 ? 1 : 0);
  const regions = countRegions(values, size);
  if (regions[0] === 0 || regions[1] === 0) {
    return `No boundary: ${classes[classAt(0)]} is answered all over the map.`;
  }
  const corners = [0, size - 1, size * size - 1, size * (size - 1)].map((i, k) => `${CORNERS[k]} ${classes[classAt(i)]}`);
  const parts = regions.map((count, k) => `${count} ${count === 1 ? "region" : "regions"} of ${classes[k]}`);
  return `${describeCrossings(values, size, lane)} Corners: ${corners.join(", ")}. In all ${parts.join(" and ")}.`;
}

function describeCrossings(values, size, { domain, names: { inputs }, points }) {
  const end = size - 1;
  // Each side: its name, the input that changes along it, and a cell by its number along that input.
  const sides = [
    ["left", 1, (k) => (end - k) * size],
    ["top", 0, (k) => k],
    ["right", 1, (k) => (end - k) * size + end],
    ["bottom", 0, (k) => end * size + k],
  ];
  const told = sides.flatMap(([side, input, cell]) => {
    const from = input === 0 ? domain.x : domain.y;
    const place = (cells) => (from + ((cells + 0.5) * domain.size) / size) * points.scale[input] + points.shift[input];
    const places = crossings(Array.from({ length: size }, (_, k) => values[cell(k)])).map(place);
    if (places.length === 0) return [];
    if (places.length > MOST_PLACES) return [`the ${side} side ${places.length} times`];
    const extent = domain.size * points.scale[input];
    return [`the ${side} side at ${inputs[input]} = ${inWords(places.map((value) => rounded(value, extent)))}`];
  });
  if (told.length === 0) return "The boundary is closed, within the map.";
  return `The boundary meets ${inWords(told)}.`;
}

/** Where a row of values changes its sign, in cells. */
function crossings(row) {
  return row.slice(1).flatMap((after, k) => (row[k] > 0 === after > 0 ? [] : [k + row[k] / (row[k] - after)]));
}

function rounded(value, extent) {
  const decimals = Math.max(0, Math.min(12, DIGITS - 1 - Math.floor(Math.log10(extent))));
  return formatNumber(Number(value.toFixed(decimals)), 12);
}

const inWords = (parts) => (parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

/** How many connected regions of each class there are; cells touch by their sides. */
function countRegions(values, size) {
  const seen = new Uint8Array(size * size);
  const counts = [0, 0];
  const stack = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start]) continue;
    const one = values[start] > 0;
    counts[one ? 1 : 0] += 1;
    seen[start] = 1;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop();
      const column = at % size;
      const around = [at - size, at + size, column > 0 ? at - 1 : -1, column < size - 1 ? at + 1 : -1];
      for (const next of around) {
        if (next < 0 || next >= seen.length || seen[next] || values[next] > 0 !== one) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
  }
  return counts;
}
