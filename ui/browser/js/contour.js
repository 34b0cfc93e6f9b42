/** The line where a grid of values crosses zero (marching squares), in grid cells from the top left. */

/** Room for the pieces of one outline. */
export function createOutline(size) {
  return { segments: new Float32Array(8 * (size - 1) * (size - 1)), length: 0 };
}

/**
 * @param {Float32Array} values size x size
 * @param {{segments: Float32Array, length: number}} outline receives x0, y0, x1, y1 of each piece
 */
export function traceZero(values, size, outline) {
  const crossings = new Float32Array(8);
  outline.length = 0;
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const at = row * size + column;
      const above = values[at] > 0;
      const same = values[at + 1] > 0 === above && values[at + size] > 0 === above && values[at + size + 1] > 0 === above;
      if (same) continue;
      const corners = [values[at], values[at + 1], values[at + size + 1], values[at + size]];
      const numbers = 2 * crossCell(corners, column + 0.5, row + 0.5, crossings);
      for (let k = 0; k < numbers; k++) outline.segments[outline.length++] = crossings[k];
    }
  }
}

/** Writes the points where the sides of one cell cross zero; returns how many there are (0, 2 or 4). */
function crossCell([topLeft, topRight, bottomRight, bottomLeft], x, y, crossings) {
  let count = 0;
  const add = (px, py) => {
    crossings[2 * count] = px;
    crossings[2 * count + 1] = py;
    count += 1;
  };
  if (topLeft > 0 !== topRight > 0) add(x + topLeft / (topLeft - topRight), y);
  if (topRight > 0 !== bottomRight > 0) add(x + 1, y + topRight / (topRight - bottomRight));
  if (bottomLeft > 0 !== bottomRight > 0) add(x + bottomLeft / (bottomLeft - bottomRight), y + 1);
  if (topLeft > 0 !== bottomLeft > 0) add(x, y + topLeft / (topLeft - bottomLeft));
  return count;
}
