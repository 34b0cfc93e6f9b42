/** One lane on the screen: map, gauge and graph of one run at one frame. */

import { BoundaryMap, SIZE } from "../../browser/js/boundary.js";
import { describeFrameOf, describeSensitivity } from "./alternatives.js";
import { describeBoundary } from "../../browser/js/boundary_words.js";
import { Gauge } from "./gauge.js";
import { describeRows } from "../../browser/js/graph_layout.js";
import { NetworkGraph } from "../../browser/js/graph.js";
import { limitAt } from "../../browser/js/decode.js";
import { createFrame, evaluate, findWrong, readFrame } from "../../browser/js/network.js";
import { formatNumber, formatPercent, formatSteady } from "../../browser/js/format.js";
import { setText } from "../../browser/js/transport.js";

const PRODUCT = "Learning rate × sharpness";

export const isClipped = ({ sharesLeft }) => sharesLeft.some((share) => share < 1);

/** What the chart of the product is called: of which length its steps are. */
export const nameOfProduct = (lanes) =>
  `${PRODUCT}, ${lanes.some(isClipped) ? "clipping counted" : "over the run"}`;

const capitalized = (text) => text[0].toUpperCase() + text.slice(1);

function rampEnds(map, { answers: [zero, one] }) {
  return map === "sensitivity" ? ["first layer saturated", "open"] : [`answers ${zero}`, `answers ${one}`];
}

export class LaneView {
  constructor(element) {
    this.element = element;
    this.map = new BoundaryMap(element.querySelector(".map canvas"));
    this.graph = new NetworkGraph(element.querySelector(".network canvas"));
    this.gauge = new Gauge(element.querySelector(".gauge"));
    this.mapCard = element.querySelector(".map");
    this.probeText = element.querySelector(".probe");
    this.norms = element.querySelector(".norms");
    this.wrongCount = element.querySelector(".key.wrong");
    this.drawn = "";
  }

  setLane(lane, theme) {
    const reshaped = this.lane?.hidden !== lane.hidden || this.lane?.bias !== lane.bias;
    if (reshaped || !this.weights) {
      this.weights = createFrame(lane.hidden);
      this.gradients = createFrame(lane.hidden);
    }
    this.wrong = new Uint8Array(lane.points.count);
    this.lane = lane;
    this.map.setLane(lane, theme);
    this.graph.setLane(lane, theme);
    setText(this.element.querySelector(".lane-label"), lane.label);
    setText(this.element.querySelector(".gauge h3"), `${PRODUCT}${isClipped(lane) ? ", clipped" : ""}`);
    setText(this.element.querySelector(".key.zero"), lane.names.classes[0]);
    setText(this.element.querySelector(".key.one"), lane.names.classes[1]);
    const untrained = lane.points.trained < lane.points.count;
    this.element.querySelector(".key.untrained").hidden = !untrained;
    this.frame = null;
    this.drawn = "";
  }

  fit() {
    this.graph.fit();
    this.map.fit();
    this.drawn = "";
  }

  /** Reads a frame, once, and returns what the edges of its network show. */
  read(frame, edges) {
    if (frame !== this.frame) {
      this.frame = frame;
      readFrame(this.weights, this.lane.weights, this.lane.bias, frame);
      readFrame(this.gradients, this.lane.gradients, this.lane.bias, frame);
    }
    return this.shown(edges);
  }

  shown(edges) {
    return edges === "gradients" ? this.gradients : this.weights;
  }

  /** Draws the frame that was read, unless the very same picture is there already. */
  show(switches, probe, status, scale) {
    const sizes = scale && [scale.largest, scale.hidden];
    const wanted = [this.frame, switches.map, switches.edges, probe.join(), status, sizes].join("|");
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    this.switches = switches;
    this.probe = probe;
    this.graph.scale = scale;
    this.errors = findWrong(this.weights, this.lane.points, this.wrong);
    this.activations = evaluate(this.weights, ...probe);
    this.map.evaluate(this.weights, switches.map);
    this.graph.evaluate(this.weights);
    this.paint();
    this.write(status);
  }

  paint() {
    this.map.render(this.wrong, this.probe);
    this.map.renderNeurons(this.weights);
    this.paintGraph();
  }

  paintGraph() {
    this.graph.render(this.shown(this.switches.edges), this.activations, this.probe);
  }

  /** Emphasises a node or an edge of the graph; null for none. */
  focus(target) {
    this.graph.focus = target;
    if (this.activations) this.paintGraph();
  }

  write(status) {
    const { lane, frame } = this;
    const { H2, one } = this.activations;
    const { scale, shift } = lane.points;
    this.mapCard.dataset.layer = this.switches.map;
    this.gauge.show(lane.stability[frame], limitAt(lane, frame));
    setText(this.norms, `‖dL/dW1‖ = ${formatNumber(lane.grad_norm_W1[frame], 3)}, ‖dL/dW2‖ = ${formatNumber(lane.grad_norm_W2[frame], 3)}`);
    setText(this.wrongCount, `${this.errors} wrong`);
    const place = this.probe.map((value, k) => formatSteady(value * scale[k] + shift[k], 2)).join(", ");
    const answer = lane.names.classes[one ? 1 : 0].replaceAll(" ", "\u00a0");
    setText(this.probeText, `Probe (${place}): H2 = [${H2.map((h) => h.toFixed(3)).join(", ")}], so ${answer}`);
    this.writeLegend();
    const [accuracy, loss] = this.element.querySelectorAll(".lane-numbers span");
    setText(accuracy, `${capitalized(lane.accuracyName)} ${formatPercent(lane.accuracy[frame])}`);
    setText(loss, `Loss ${formatSteady(lane.loss[frame], 4)}`);
    const line = this.element.querySelector(".lane-status");
    line.dataset.of = status ? "moment" : "map";
    setText(line, status || (this.map.undecided ? "Undecided everywhere" : ""));
  }

  /** Says what map and graph show, for those who hear the page. */
  describe() {
    const { lane, frame, switches } = this;
    const sensitive = switches.map === "sensitivity";
    const shown = sensitive ? describeSensitivity(this.map.values) : describeBoundary(this.map.values, SIZE, lane);
    const where = `${lane.label ? `${lane.label}: ` : ""}${sensitive ? "Sensitivity" : "Decision boundary"}`;
    this.map.surface.canvas.setAttribute("aria-label",
      `${where} at ${describeFrameOf(lane, frame)}, ${this.errors} of ${lane.points.count} points wrong. ${shown}`);
    const layer = describeRows(lane.hidden, this.graph.layout);
    this.graph.surface.canvas.setAttribute("aria-label",
      `Network graph with ${lane.hidden} hidden neurons. ${layer && `${layer}. `}Arrow keys choose a neuron. ${this.probeText.textContent}`);
  }

  writeLegend() {
    const [low, high] = rampEnds(this.switches.map, this.lane.names);
    setText(this.element.querySelector(".ramp-low"), low);
    setText(this.element.querySelector(".ramp-high"), high);
    const layer = this.element.querySelector(".layer");
    setText(layer, describeRows(this.lane.hidden, this.graph.layout));
    layer.hidden = layer.textContent === "";
    const gradients = this.switches.edges === "gradients";
    const name = gradients ? "dL/dW1, dL/dW2" : "W1, W2";
    setText(this.element.querySelector(".edge-name"), this.graph.scale ? `${name}, one scale for all networks` : name);
    for (const [selector, share] of [[".thick", 1], [".thin", 0.1]]) {
      const sample = this.element.querySelector(selector);
      setText(sample, `${formatNumber(this.graph.unit * share, 2)}`);
      sample.style.setProperty("--thickness", `${Math.max(1, this.graph.thickness(share))}px`);
    }
  }
}
