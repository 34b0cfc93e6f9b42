/** The network graph in which values flow forward and gradients flow back, for one sample. */

import { edgeValue } from "../../../browser/js/graph_layout.js";
import { NetworkGraph, roundUp } from "../../../browser/js/graph.js";
import { createFrame } from "../../../browser/js/network.js";
import { formatNumber } from "../../../browser/js/format.js";

const ROWS = ["x0", "x1", "bias", "out0", "out1"];
const FAINTEST_PULSE = 0.02;
const PULSES = 3;
const OFF_THE_WAY = 0.3;

/** What stands at the neurons and the outputs, from which brick on; null writes nothing. */
const HIDDEN_NUMBERS = {
  X: null, Z1: "Z1", H1: "H1", Z2: "H1", H2: "H1", loss: "H1", dL_dH2: "H1", dH2_dZ2: "H1", dL_dZ2: "H1",
  dZ2_dW2: "H1", dL_dW2: "H1", dL_dH1: "dL_dH1", dH1_dZ1: "dH1_dZ1", dL_dZ1: "dL_dZ1", dZ1_dW1: "dL_dZ1",
  dL_dW1: "dL_dZ1", update: "H1",
};
const OUTPUT_NUMBERS = {
  X: null, Z1: null, H1: null, Z2: "Z2", H2: "H2", loss: "H2", dL_dH2: "dL_dH2", dH2_dZ2: "dH2_dZ2",
  dL_dZ2: "dL_dZ2", dZ2_dW2: "dL_dZ2", dL_dW2: "dL_dZ2", dL_dH1: "dL_dZ2", dH1_dZ1: "dL_dZ2", dL_dZ1: "dL_dZ2",
  dZ1_dW1: "dL_dZ2", dL_dW1: "dL_dZ2", update: "H2",
};
/** Which edges carry something, and which way: 1 forward, -1 back. */
const FLOWS = {
  Z1: { layer: 1, way: 1 },
  Z2: { layer: 2, way: 1 },
  dL_dW2: { layer: 2, way: -1 },
  dL_dH1: { layer: 2, way: -1 },
  dL_dW1: { layer: 1, way: -1 },
};
/** From these bricks on a layer's edges show its gradient, but not where one flows back through the weights. */
const GRADIENT_FROM = { 1: "dL_dW1", 2: "dL_dW2" };
const THROUGH_WEIGHTS = { 2: "dL_dH1" };

/** What the lines of both layers are at a brick: "gradient" or "weights". */
export function layersShow(names, brick) {
  const reached = (name) => names.indexOf(brick) >= names.indexOf(name);
  const showsGradient = (layer) => brick !== "update" && brick !== THROUGH_WEIGHTS[layer] && reached(GRADIENT_FROM[layer]);
  return [1, 2].map((layer) => (showsGradient(layer) ? "gradient" : "weights"));
}

const smooth = (t) => t * t * (3 - 2 * t);

export class FlowGraph extends NetworkGraph {
  setLane(lane, theme) {
    super.setLane(lane, theme);
    if (this.drawn?.hidden !== lane.hidden) this.drawn = createFrame(lane.hidden);
  }

  /**
   * @param {object} moment the numbers of this step and sample
   * @param {string[]} names of all bricks, in order
   * @param {string} brick the one shown
   * @param {number} share how far it has come
   */
  renderFlow(moment, names, brick, share) {
    Object.assign(this, { moment, brick, share });
    const reached = (name) => names.indexOf(brick) >= names.indexOf(name);
    const updating = brick === "update";
    this.layerShows = layersShow(names, brick);
    this.surface.clear();
    this.unit = 1;
    this.fillEdges(updating ? smooth(share) : 0);
    this.paintEdges(this.drawn);
    this.paintPulses();
    this.paintInputs(moment.input);
    const known = reached("H1") && (brick !== "H1" || share > 0);
    const level = brick === "H1" ? smooth(share) : 1;
    this.paintNeurons(moment.H1.map((h) => (known ? h * level : 0)));
    const answered = reached("H2");
    const fill = brick === "H2" ? smooth(share) : 1;
    const H2 = moment.H2.map((h) => (answered ? h * fill : 0));
    this.paintOutputs({ H2, one: answered ? moment.H2[1] > moment.H2[0] : null });
    this.paintNames();
  }

  /** The answer is marked as right or wrong: the point's class is known. */
  outputName(name, winner) {
    if (!winner) return name;
    const right = this.moment.H2[1] > this.moment.H2[0] === (this.moment.label === 1);
    return `${super.outputName(name, winner)} ${right ? "✓ right" : "✗ wrong"}`;
  }

  /** The matrices that the rows and the edges stand for, where there is room beside them. */
  paintNames() {
    const { context } = this.surface;
    const { inputs, neurons, outputs, tile, width } = this.layout;
    const [top, bottom] = [neurons[0].y - tile / 2, neurons[neurons.length - 1].y + tile / 2];
    const inputEnd = inputs[0].y + inputs[0].height / 2;
    const [first, second] = this.layerShows.map((shown, i) => (shown === "gradient" ? `dL/dW${i + 1}` : `W${i + 1}`));
    const rows = [["X", inputs[0].y, inputs], [first, (inputEnd + top) / 2, inputs], ["H1 = σ(Z1)", (top + bottom) / 2, neurons],
      [second, (bottom + outputs[0].y) / 2, outputs], ["H2 = σ(Z2)", outputs[0].y, outputs]];
    context.font = `500 13px ${this.theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = this.theme.muted;
    for (const [name, y, nodes] of rows) {
      const last = nodes[nodes.length - 1];
      const end = last.x + (last.width ?? tile) / 2;
      if (end + context.measureText(name).width + 8 < width) context.fillText(name, width - 2, y);
    }
  }

  /** Weights, gradients or weights on their way to the next step, each layer to a scale of its own. */
  fillEdges(moved) {
    const { before, after, gradients } = this.moment;
    ROWS.forEach((row, at) => {
      const layer = at < 3 ? 1 : 2;
      const gradient = this.layerShows[layer - 1] === "gradient";
      const unit = gradient ? this.moment.units.gradients[layer - 1] : this.moment.units.weights[layer - 1];
      for (let j = 0; j < this.drawn.hidden; j++) {
        const value = gradient ? gradients[row][j] : before[row][j] + moved * (after[row][j] - before[row][j]);
        this.drawn[row][j] = value / unit;
      }
    });
    const gradient = this.layerShows[1] === "gradient";
    const unit = gradient ? this.moment.units.gradients[1] : this.moment.units.weights[1];
    for (const name of ["outBias0", "outBias1"]) {
      const value = gradient ? gradients[name] : before[name] + moved * (after[name] - before[name]);
      this.drawn[name] = value / unit;
    }
  }

  /** Where one weight is followed, its ways stand out: from x0 to the neuron, and on to both outputs. */
  emphasis(edge) {
    if (this.focus || !this.moment.way) return super.emphasis(edge);
    const { neuron } = this.moment;
    const onWay = edge.layer === 1 ? edge.i === 0 && edge.j === neuron : edge.i === neuron;
    return onWay ? 3 : OFF_THE_WAY;
  }

  paintPulses() {
    const flow = FLOWS[this.brick];
    if (!flow || this.share <= 0 || this.share >= 1) return;
    const { context } = this.surface;
    const edges = this.edges.filter((edge) => edge.layer === flow.layer && this.carried(edge) !== null);
    const largest = Math.max(1e-300, ...edges.map((edge) => Math.abs(this.carried(edge))));
    for (const edge of edges) {
      const value = this.carried(edge);
      const share = Math.abs(value) / largest;
      if (share < FAINTEST_PULSE) continue;
      context.fillStyle = value > 0 ? this.theme.blue : this.theme.orange;
      for (let k = 0; k < PULSES; k++) this.paintPulse(edge, flow.way, this.share - 0.09 * k, Math.sqrt(share), Math.min(1, this.emphasis(edge)) * (1 - 0.28 * k));
    }
  }

  paintPulse({ x0, y0, x1, y1 }, way, share, size, strength) {
    if (share <= 0) return;
    const t = way > 0 ? smooth(share) : 1 - smooth(share);
    const { context } = this.surface;
    context.globalAlpha = strength;
    context.beginPath();
    context.arc(x0 + t * (x1 - x0), y0 + t * (y1 - y0), [9, 5, 3][this.crowding()] * (0.35 + 0.65 * size) * strength, 0, 2 * Math.PI);
    context.fill();
    context.strokeStyle = this.theme.background;
    context.lineWidth = 1;
    context.stroke();
    context.globalAlpha = 1;
  }

  /** What runs along an edge in this brick: a term of the sum that its end adds up. */
  carried(edge) {
    const { moment } = this;
    const { before } = moment;
    const inputs = [...moment.input, 1];
    if (this.brick === "Z1") return inputs[edge.i] * edgeValue(before, edge);
    if (this.brick === "Z2") return (edge.i === before.hidden ? 1 : moment.H1[edge.i]) * edgeValue(before, edge);
    if (this.brick === "dL_dH1") return edge.i === before.hidden ? null : moment.dL_dZ2[edge.j] * edgeValue(before, edge);
    return edgeValue(moment.sample, edge);
  }

  neuronText(levels, j) {
    const name = this.numberName(HIDDEN_NUMBERS, ["Z1", "H1", "dL_dH1", "dH1_dZ1", "dL_dZ1"]);
    return name ? formatNumber(this.moment[name][j], 3) : `neuron ${j + 1}`;
  }

  outputText(levels, k) {
    const name = this.numberName(OUTPUT_NUMBERS, ["Z2", "H2", "dL_dH2", "dH2_dZ2", "dL_dZ2"]);
    if (!name) return `output ${k}`;
    return `${name.replace("_", "/")} = ${formatNumber(this.moment[name][k], 3)}`;
  }

  /** A number that this very brick computes appears when what it is made of has arrived, and is told. */
  numberName(numbers, made) {
    const name = numbers[this.brick];
    const arriving = FLOWS[this.brick]?.way && made.includes(this.brick) && this.share < 0.75;
    return arriving || !this.moment[name] ? null : name;
  }
}

/** The round numbers that the edges of each layer are scaled by. */
export function unitsOf(frame) {
  const first = Math.max(...[frame.x0, frame.x1, frame.bias].flatMap((row) => Array.from(row, Math.abs)));
  const second = Math.max(Math.abs(frame.outBias0), Math.abs(frame.outBias1),
    ...[frame.out0, frame.out1].flatMap((row) => Array.from(row, Math.abs)));
  return [roundUp(first), roundUp(second)];
}
