/** What the pointer and the keyboard do on the canvases of a lane and on the charts. */

import { describeEdge, describeNode } from "./graph_words.js";
import { edgeAt, nodeAt } from "./graph_layout.js";
import { evaluate } from "./network.js";
import { equals, formatNumber, formatPercent, formatStep } from "./format.js";
import { pointerAt, zoomOf } from "./surface.js";

const POINTER_REACH = 7;
const SIDEWAYS = 8; // pixels that a finger moves before it drags

/** Tells whether the last press on a canvas only closed what stood open over the page. */
export function pressesThatClose(canvas) {
  let closes = false;
  canvas.onpointerdown = () => { closes = document.querySelector("[data-testid=stPopoverBody]") !== null; };
  return () => closes;
}

/** Map: hover tells the exact output, a click moves the probe. */
export function pointAtMap(view, tooltip, setProbe) {
  const { canvas } = view.map.surface;
  canvas.onpointermove = (event) => {
    const input = view.map.inputAt(pointerAt(event, canvas));
    tooltip.show(describeInput(view, input), event.clientX, event.clientY);
    if (event.buttons === 1 && event.pointerType !== "touch") setProbe(input);
  };
  canvas.onpointerleave = () => tooltip.hide();
  const closed = pressesThatClose(canvas);
  canvas.onclick = (event) => {
    if (!closed()) setProbe(view.map.inputAt(pointerAt(event, canvas)));
  };
}

function describeInput(view, input) {
  const { H2, one } = evaluate(view.weights, ...input);
  const { names, points } = view.lane;
  const place = names.inputs.map((name, k) => `${name} = ${formatNumber(input[k] * points.scale[k] + points.shift[k], 3)}`);
  return [
    place.join(", "),
    `H2 = [${H2.map((h) => formatNumber(h)).join(", ")}]`,
    `so ${names.classes[one ? 1 : 0]}`,
  ];
}

/** Graph: hover, or the arrow keys once it has the focus, tell the exact numbers. */
export function pointAtGraph(view, tooltip) {
  const { canvas } = view.graph.surface;
  const leave = () => {
    view.focus(null);
    tooltip.hide();
  };
  const describe = ({ node, edge }) => (edge
    ? describeEdge(edge, view.weights, view.gradients, view.lane.names)
    : describeNode(node, view.weights, view.gradients, view.activations, view.lane));
  canvas.onpointermove = (event) => {
    const at = pointerAt(event, canvas);
    const node = nodeAt(view.graph.layout, at);
    const edge = node ? null : edgeAt(view.graph.edges, at, POINTER_REACH);
    if (!node && !edge) return leave();
    view.focus({ node, edge });
    tooltip.show(describe({ node, edge }), event.clientX, event.clientY);
  };
  canvas.onpointerleave = leave;
  canvas.onblur = leave;
  canvas.onkeydown = (event) => {
    const node = nextNode(view, event.key);
    if (!node) return;
    event.preventDefault();
    view.focus({ node, edge: null });
    const box = canvas.getBoundingClientRect();
    const place = nodePlace(view.graph.layout, node);
    const zoom = zoomOf(canvas);
    tooltip.show(describe({ node }), box.left + place.x * zoom, box.top + place.y * zoom);
  };
}

const nodePlace = (layout, { layer, index }) => nodesOf(layout)[layer][index];

const nodesOf = (layout) => ({ input: layout.inputs, hidden: layout.neurons, output: layout.outputs });

/** Left and right move within a layer, up and down between layers. */
function nextNode(view, key) {
  const layers = ["input", "hidden", "output"];
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const down = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (!sideways && !down) return null;
  const now = view.graph.focus?.node;
  if (!now) return { layer: "hidden", index: 0 };
  const nodes = nodesOf(view.graph.layout);
  if (sideways) {
    const count = nodes[now.layer].length;
    return { layer: now.layer, index: (now.index + sideways + count) % count };
  }
  const layer = layers[Math.max(0, Math.min(2, layers.indexOf(now.layer) + down))];
  return { layer, index: Math.min(now.index, nodes[layer].length - 1) };
}

/** Charts: hover tells the recorded numbers of the nearest frame, a press or a drag goes there. */
export function pointAtChart(chart, describe, tooltip, { seek, release }) {
  const { canvas } = chart.surface;
  const momentAt = (event) => chart.valueAt(pointerAt(event, canvas).x);
  canvas.onpointerleave = () => tooltip.hide();
  pressOrDrag(canvas, {
    hover: (event) => tooltip.show(describe(momentAt(event)), event.clientX, event.clientY),
    seek: (event) => seek(momentAt(event)),
    release,
  });
}

/**
 * A press seeks at once, and a drag goes on. A finger seeks by a tap, or once it moves sideways: up
 * and down it scrolls the page, which leaves everything as it was.
 */
export function pressOrDrag(canvas, { hover, seek, release }) {
  let finger = null;
  canvas.onpointerdown = (event) => {
    if (event.pointerType === "touch") {
      finger = { x: event.clientX, drags: false };
      return;
    }
    canvas.setPointerCapture(event.pointerId);
    seek(event);
  };
  canvas.onpointermove = (event) => {
    if (finger) {
      finger.drags ||= Math.abs(event.clientX - finger.x) > SIDEWAYS;
      if (!finger.drags) return;
    }
    hover(event);
    if (finger || event.buttons === 1) seek(event);
  };
  canvas.onpointerup = (event) => {
    if (finger) seek(event);
    finger = null;
    release();
  };
  canvas.onpointercancel = () => {
    if (finger?.drags) release();
    finger = null;
  };
}

/** @returns {string[]} the recorded numbers of a frame of each lane */
export function describeFrames(lanes, frames) {
  const steps = frames.map((frame, i) => lanes[i].steps[frame]);
  const lines = lanes.flatMap((lane, i) => describeFrame(lane, frames[i], lanes.length > 1));
  return [`Step ${formatStep(Math.max(...steps))}`, ...lines];
}

const clipping = (left) => (left < 1 ? ` × ${formatNumber(left)} left by clipping` : "");

function describeFrame(lane, i, several) {
  const accuracy = `${lane.accuracyName} ${formatPercent(lane.accuracy[i])}`;
  if (several) return [`${lane.label}: loss ${formatNumber(lane.loss[i])}, ${accuracy}`];
  const penalty = lane.penalty[i] > 0 ? [`Penalty part of the loss ${formatNumber(lane.penalty[i])}`] : [];
  return [
    `Loss ${formatNumber(lane.loss[i])}, highest since the frame before ${formatNumber(lane.loss_max[i])}`,
    `Accuracy on all points ${formatPercent(lane.accuracy[i])}, on training points ${formatPercent(lane.train_accuracy[i])}`,
    ...penalty,
    `Learning rate ${formatNumber(lane.learning_rates[i])}${clipping(lane.sharesLeft[i])} × sharpness ${formatNumber(lane.sharpness[i])}`
      + ` ${equals(lane.stability[i])}`,
    `Size of dL/dW1 ${formatNumber(lane.grad_norm_W1[i])}, of dL/dW2 ${formatNumber(lane.grad_norm_W2[i])}`,
  ];
}
