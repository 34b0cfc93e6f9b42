/** What the graph says about a node or an edge, in exact numbers. */

import { edgeValue } from "./graph_layout.js";
import { formatNumber } from "./format.js";

const INPUTS = ["x0", "x1", "bias"];

function edgeEnds({ layer, i, j }, hidden, names) {
  if (layer === 1) return `${INPUTS[i]} → neuron ${j + 1}`;
  return `${i === hidden ? "bias" : `neuron ${i + 1}`} → ${names.classes[j]}`;
}

/** @returns {string[]} a heading and one line a number */
export function describeEdge(edge, weights, gradients, names) {
  return [
    edgeEnds(edge, weights.hidden, names),
    `W${edge.layer} = ${formatNumber(edgeValue(weights, edge))}`,
    `dL/dW${edge.layer} = ${formatNumber(edgeValue(gradients, edge))}`,
  ];
}

/** Own points call an input by a name of their own, and may be standardised. */
function inputWords(index, names, { shift, scale }) {
  const [input, name] = [INPUTS[index], names.inputs[index]];
  if (scale[index] !== 1 || shift[index] !== 0) {
    return `Input ${input} = (${name} − ${formatNumber(shift[index])}) / ${formatNumber(scale[index])}`;
  }
  return name === input ? `Input ${input}` : `Input ${input}: ${name}`;
}

/** @returns {string[]} a heading and one line a number */
export function describeNode({ layer, index }, weights, gradients, activations, { bias: hasBias, names, points }) {
  const number = (edge) => `${formatNumber(edgeValue(weights, edge))}  (gradient ${formatNumber(edgeValue(gradients, edge))})`;
  if (layer === "hidden") {
    const incoming = INPUTS.slice(0, hasBias ? 3 : 2).map((name, i) => `W1 from ${name}: ${number({ layer: 1, i, j: index })}`);
    const outgoing = names.classes.map((name, k) => `W2 to ${name}: ${number({ layer: 2, i: index, j: k })}`);
    return [`Hidden neuron ${index + 1}`, `H1 for the probe: ${formatNumber(activations.H1[index])}`, ...incoming, ...outgoing];
  }
  if (layer === "output") {
    const lines = [
      names.classes[index],
      `Z2 for the probe: ${formatNumber(activations.Z2[index])}`,
      `H2 for the probe: ${formatNumber(activations.H2[index])}`,
    ];
    return hasBias ? [...lines, `W2 from bias: ${number({ layer: 2, i: weights.hidden, j: index })}`] : lines;
  }
  const heading = index === 2 ? "Bias: always 1" : inputWords(index, names, points);
  return [heading, `Feeds ${weights.hidden} hidden neurons through row ${index + 1} of W1`];
}
