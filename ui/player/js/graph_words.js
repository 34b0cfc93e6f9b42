/** What the graph says about a node or an edge, in exact numbers. */

import { edgeValue } from "./graph_layout.js";
import { formatNumber } from "./format.js";

const INPUTS = ["x0", "x1", "bias"];
const OUTPUTS = ["XOR = 0", "XOR = 1"];

function edgeEnds({ layer, i, j }, hidden) {
  if (layer === 1) return `${INPUTS[i]} → neuron ${j + 1}`;
  return `${i === hidden ? "bias" : `neuron ${i + 1}`} → ${OUTPUTS[j]}`;
}

/** @returns {string[]} a heading and one line a number */
export function describeEdge(edge, weights, gradients) {
  return [
    edgeEnds(edge, weights.hidden),
    `W${edge.layer} = ${formatNumber(edgeValue(weights, edge))}`,
    `dL/dW${edge.layer} = ${formatNumber(edgeValue(gradients, edge))}`,
  ];
}

/** @returns {string[]} a heading and one line a number */
export function describeNode({ layer, index }, weights, gradients, activations, hasBias) {
  const number = (edge) => `${formatNumber(edgeValue(weights, edge))}  (gradient ${formatNumber(edgeValue(gradients, edge))})`;
  if (layer === "hidden") {
    const incoming = INPUTS.slice(0, hasBias ? 3 : 2).map((name, i) => `W1 from ${name}: ${number({ layer: 1, i, j: index })}`);
    const outgoing = OUTPUTS.map((name, k) => `W2 to ${name}: ${number({ layer: 2, i: index, j: k })}`);
    return [`Hidden neuron ${index + 1}`, `H1 for the probe: ${formatNumber(activations.H1[index])}`, ...incoming, ...outgoing];
  }
  if (layer === "output") {
    const lines = [
      OUTPUTS[index],
      `Z2 for the probe: ${formatNumber(activations.Z2[index])}`,
      `H2 for the probe: ${formatNumber(activations.H2[index])}`,
    ];
    return hasBias ? [...lines, `W2 from bias: ${number({ layer: 2, i: weights.hidden, j: index })}`] : lines;
  }
  const heading = index === 2 ? "Bias: always 1" : `Input ${INPUTS[index]}`;
  return [heading, `Feeds ${weights.hidden} hidden neurons through row ${index + 1} of W1`];
}
