/** Where the parts of the network graph stand: inputs on top, hidden neurons in rows, outputs below. */

const INPUT = { width: 108, height: 34 };
const OUTPUT = { width: 158, height: 44 };
const LARGEST_TILE = 76;
const EDGE_PAD = 26;
const LONGEST_NAME = 10;

/** Distance between hidden neurons that leaves their maps readable and everything on the screen. */
function smallestPitch(hidden, width) {
  if (hidden > 100) return width < 500 ? 22 : 30;
  return width < 500 ? 30 : 38;
}

function hiddenGrid(hidden, width) {
  const usable = width - 2 * EDGE_PAD;
  const fitting = Math.max(1, Math.floor(usable / smallestPitch(hidden, width)));
  const rows = Math.ceil(hidden / fitting);
  const columns = Math.ceil(hidden / rows);
  const pitch = Math.min(LARGEST_TILE * (hidden <= 6 ? 2.1 : 1.25), usable / columns);
  const tile = Math.min(LARGEST_TILE, Math.floor(pitch - Math.max(4, pitch * 0.14)));
  return { rows, pitch, tile };
}

/** How many neurons stand in each row: equal, or one less in the first rows. */
function evenRows(hidden, rows) {
  return Array.from({ length: rows }, (_, row) => Math.floor((hidden + row) / rows));
}

function rowOfBoxes(names, centre, top, size, width) {
  const gap = Math.min(size.width * 0.9, (width - names.length * size.width) / names.length);
  const boxWidth = Math.min(size.width, width / names.length - 8);
  const pitch = boxWidth + Math.max(8, gap);
  const first = centre - ((names.length - 1) * pitch) / 2;
  return names.map((name, i) => ({ name, x: first + i * pitch, y: top + size.height / 2, width: boxWidth, height: size.height }));
}

/** A name that fits its box; the pointer tells it whole. */
const shorten = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

/**
 * @returns {object} {height, rows, tile, inputs, neurons, outputs, biasNode}; x and y are centres
 */
export function layoutGraph({ hidden, bias: hasBias, names }, width) {
  const { rows, pitch, tile } = hiddenGrid(hidden, width);
  const numbered = tile >= 40 && rows === 1;
  const rowPitch = tile + (numbered ? 30 : rows > 1 ? 9 : 5);
  const fan = Math.min(96, Math.max(width < 400 ? 44 : 64, width * 0.09));
  const inputs = rowOfBoxes(hasBias ? ["x0", "x1", "1"] : ["x0", "x1"], width / 2, 2, INPUT, width);
  const firstRow = 2 + INPUT.height + fan + tile / 2;
  const neurons = evenRows(hidden, rows).flatMap((count, row) => Array.from({ length: count }, (_, i) => (
    { x: width / 2 + (i - (count - 1) / 2) * pitch, y: firstRow + row * rowPitch })));
  const bottom = firstRow + (rows - 1) * rowPitch + tile / 2 + (numbered ? 24 : 4);
  const outputs = rowOfBoxes(names.classes.map(shorten), width / 2, bottom + fan, OUTPUT, width);
  const left = Math.min(...neurons.map(({ x }) => x)) - tile / 2;
  const biasNode = hasBias ? { x: Math.max(13, left - 40), y: bottom - 6, radius: 12 } : null;
  return { width, height: Math.ceil(bottom + fan + OUTPUT.height + 4), rows, tile, numbered, inputs, neurons, outputs, biasNode };
}

/** Says that rows are no layers, where there are several; "" where the one layer is one row. */
export function describeRows(hidden, { rows }) {
  return rows > 1 ? `One hidden layer of ${hidden} neurons, drawn in ${rows} rows` : "";
}

/** The node under a position: {layer, index} or null. */
export function nodeAt(layout, { x, y }) {
  const inBox = (box) => Math.abs(x - box.x) <= box.width / 2 && Math.abs(y - box.y) <= box.height / 2;
  const half = layout.tile / 2 + 2;
  const find = (layer, list, test) => {
    const index = list.findIndex(test);
    return index < 0 ? null : { layer, index };
  };
  return find("input", layout.inputs, inBox)
    ?? find("hidden", layout.neurons, (node) => Math.abs(x - node.x) <= half && Math.abs(y - node.y) <= half)
    ?? find("output", layout.outputs, inBox);
}

/** Every edge as {from, to, layer, i, j, x0, y0, x1, y1}; i is the row of its matrix, j the column. */
export function layoutEdges(layout) {
  const half = layout.tile / 2;
  const edges = [];
  layout.inputs.forEach((input, i) => layout.neurons.forEach((neuron, j) => {
    edges.push({ layer: 1, i, j, x0: input.x, y0: input.y + input.height / 2, x1: neuron.x, y1: neuron.y - half });
  }));
  layout.outputs.forEach((output, k) => {
    const end = { x1: output.x, y1: output.y - output.height / 2 };
    layout.neurons.forEach((neuron, j) => {
      edges.push({ layer: 2, i: j, j: k, x0: neuron.x, y0: neuron.y + half + (layout.numbered ? 23 : 3), ...end });
    });
    if (layout.biasNode) {
      const { x, y, radius } = layout.biasNode;
      edges.push({ layer: 2, i: layout.neurons.length, j: k, x0: x, y0: y + radius, ...end });
    }
  });
  return edges;
}

/** The edge nearest to a position, at most `reach` pixels away, or null. */
export function edgeAt(edges, { x, y }, reach) {
  let [best, nearest] = [null, reach];
  for (const edge of edges) {
    const [dx, dy] = [edge.x1 - edge.x0, edge.y1 - edge.y0];
    const share = Math.max(0, Math.min(1, ((x - edge.x0) * dx + (y - edge.y0) * dy) / (dx * dx + dy * dy || 1)));
    const distance = Math.hypot(x - edge.x0 - share * dx, y - edge.y0 - share * dy);
    if (distance < nearest) [best, nearest] = [edge, distance];
  }
  return best;
}

/** The value of an edge in a frame of weights or gradients. */
export function edgeValue(frame, { layer, i, j }) {
  if (layer === 1) return [frame.x0, frame.x1, frame.bias][i][j];
  if (i === frame.hidden) return j ? frame.outBias1 : frame.outBias0;
  return (j ? frame.out1 : frame.out0)[i];
}

/** Does an edge touch a node? */
export function touches(edge, node) {
  if (node.layer === "input") return edge.layer === 1 && edge.i === node.index;
  if (node.layer === "output") return edge.layer === 2 && edge.j === node.index;
  return (edge.layer === 1 ? edge.j : edge.i) === node.index;
}
