/** The network graph: edges by sign and size, each hidden neuron with its own map, the probe's activations. */

import { edgeValue, layoutEdges, layoutGraph, touches } from "./graph_layout.js";
import { neuronTile } from "./network.js";
import { formatSteady } from "./format.js";
import { Surface } from "./surface.js";

const TILE_PIXELS = 24;
const FAINTEST = 0.0015;

/** The round number (1, 2 or 5 times a power of ten) at or above a size. */
export function roundUp(size) {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return ([1, 2, 5].find((m) => m * power >= size) ?? 10) * power;
}

export class NetworkGraph {
  constructor(canvas) {
    this.surface = new Surface(canvas);
    this.atlas = document.createElement("canvas");
    this.focus = null;
    this.scale = null; // {largest, hidden}: the largest edge and most neurons of all side by side
  }

  setLane(lane, theme) {
    this.lane = lane;
    this.theme = theme;
    this.columns = Math.ceil(Math.sqrt(lane.hidden));
    this.atlas.width = this.columns * TILE_PIXELS;
    this.atlas.height = Math.ceil(lane.hidden / this.columns) * TILE_PIXELS;
    this.atlasContext = this.atlas.getContext("2d");
    this.atlasData = this.atlasContext.createImageData(this.atlas.width, this.atlas.height);
    this.pixels = new Uint32Array(this.atlasData.data.buffer);
    this.arrange();
  }

  /** Chooses places for the width at hand; the height of the canvas follows. */
  arrange() {
    const box = this.surface.canvas.parentElement;
    const width = Math.max(240, box.clientWidth);
    const { hidden, bias, names } = this.lane;
    const arranged = JSON.stringify([hidden, bias, names, width]);
    if (this.arranged === arranged) return;
    this.arranged = arranged;
    this.focus = null;
    this.layout = layoutGraph(this.lane, width);
    this.edges = layoutEdges(this.layout);
    box.style.height = `${this.layout.height}px`;
  }

  fit() {
    if (!this.lane) return;
    this.arrange();
    this.surface.fit();
  }

  /** Draws each neuron's map for the weights of one frame. */
  evaluate(weights) {
    const { domain, hidden } = this.lane;
    for (let j = 0; j < hidden; j++) {
      const offset = (Math.floor(j / this.columns) * this.atlas.width + (j % this.columns)) * TILE_PIXELS;
      neuronTile(weights, j, domain, TILE_PIXELS, this.pixels, offset, this.atlas.width, this.theme.tileRamp);
    }
    this.atlasContext.putImageData(this.atlasData, 0, 0);
  }

  /**
   * @param {object} shown the frame of weights or gradients that the edges show
   * @param {object} activations of the probe, from evaluate()
   * @param {number[]} probe
   */
  render(shown, activations, probe) {
    this.surface.clear();
    this.unit = roundUp(this.scale?.largest ?? shown.largest);
    this.paintEdges(shown);
    this.paintInputs(probe);
    this.paintNeurons(activations.H1);
    this.paintOutputs(activations);
  }

  paintEdges(shown) {
    const { context } = this.surface;
    const [faint, firm] = [[0.35, 0.95], [0.12, 0.8], [0.05, 0.5]][this.crowding()];
    context.lineCap = "butt";
    this.paintZeros(shown, firm);
    for (const positive of [true, false]) {
      context.strokeStyle = positive ? this.theme.blue : this.theme.orange;
      for (const edge of this.edges) {
        const value = edgeValue(shown, edge);
        if (value > 0 !== positive) continue;
        const share = Math.abs(value) / this.unit;
        if (share < FAINTEST) continue;
        context.globalAlpha = Math.min(1, (faint + (firm - faint) * share) * this.emphasis(edge));
        context.lineWidth = Math.max(0.6, this.thickness(share));
        this.strokeEdge(context, edge);
      }
    }
    context.globalAlpha = 1;
  }

  /** A weight of exactly 0 is a connection all the same: dots, so that nothing stands there unconnected. */
  paintZeros(shown, firm) {
    const { context } = this.surface;
    context.setLineDash([1.5, 4]);
    context.strokeStyle = this.theme.muted;
    context.lineWidth = 1;
    for (const edge of this.edges) {
      if (edgeValue(shown, edge) !== 0) continue;
      context.globalAlpha = Math.min(1, 0.7 * firm * this.emphasis(edge));
      this.strokeEdge(context, edge);
    }
    context.setLineDash([]);
  }

  /** 0 few neurons, 1 some, 2 many. */
  crowding() {
    const hidden = this.scale?.hidden ?? this.lane.hidden;
    return hidden <= 8 ? 0 : hidden <= 60 ? 1 : 2;
  }

  /** Thickness of an edge that has this share of the unit, in pixels. */
  thickness(share) {
    return [8, 4.5, 2.5][this.crowding()] * Math.sqrt(share);
  }

  emphasis(edge) {
    if (!this.focus) return 1;
    const chosen = this.focus.edge ? this.focus.edge === edge : touches(edge, this.focus.node);
    return chosen ? 3 : 0.12;
  }

  strokeEdge(context, { x0, y0, x1, y1 }) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }

  paintInputs(probe) {
    const values = [probe[0], probe[1], 1];
    this.layout.inputs.forEach((box, i) => {
      const constant = box.name === "1";
      const text = constant ? "1 (bias)" : `${box.name} = ${formatSteady(values[i], 2)}`;
      this.paintBox(box, this.isFocus("input", i), 1);
      this.write(text, box.x, box.y, 14, 600);
    });
    if (this.layout.biasNode) this.paintBias(this.layout.biasNode);
  }

  paintBias({ x, y, radius }) {
    const { context } = this.surface;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = this.theme.surface;
    context.fill();
    context.strokeStyle = this.theme.muted;
    context.lineWidth = 1.25;
    context.stroke();
    this.write("1", x, y, 13, 600);
  }

  paintNeurons(H1) {
    const { context } = this.surface;
    const { tile, neurons, numbered } = this.layout;
    context.imageSmoothingEnabled = true;
    neurons.forEach(({ x, y }, j) => {
      const sourceX = (j % this.columns) * TILE_PIXELS;
      const sourceY = Math.floor(j / this.columns) * TILE_PIXELS;
      const [left, top] = [x - tile / 2, y - tile / 2];
      context.drawImage(this.atlas, sourceX, sourceY, TILE_PIXELS, TILE_PIXELS, left, top, tile, tile);
      context.strokeStyle = this.isFocus("hidden", j) ? this.theme.text : this.theme.muted;
      context.lineWidth = this.isFocus("hidden", j) ? 2.5 : 1;
      context.strokeRect(left, top, tile, tile);
      this.paintLevel(left, top + tile, tile, H1[j]);
      if (numbered) this.write(this.neuronText(H1, j), x, y + tile / 2 + 14, 13, 500);
    });
  }

  /** What is written under a neuron; a graph that shows other numbers writes its own. */
  neuronText(H1, j) {
    return H1[j].toFixed(2);
  }

  /** The name of an output; the class that the network answers is pointed at. */
  outputName(name, winner) {
    return winner ? `▸ ${name}` : name;
  }

  /** What is written in an output. */
  outputText(H2, k) {
    return `H2 = ${H2[k].toFixed(3)}`;
  }

  /** A bar under the map: how active the neuron is for the probe. */
  paintLevel(left, top, width, level) {
    const { context } = this.surface;
    const height = this.layout.tile >= 40 ? 5 : 3;
    context.fillStyle = this.theme.border;
    context.fillRect(left, top + 1, width, height);
    context.fillStyle = this.theme.text;
    context.fillRect(left, top + 1, width * level, height);
  }

  paintOutputs({ H2, one }) {
    this.layout.outputs.forEach((box, k) => {
      const winner = (k === 1) === one;
      this.paintBox(box, winner || this.isFocus("output", k), H2[k], k ? this.theme.blue : this.theme.orange);
      this.write(this.outputName(box.name, winner), box.x, box.y - 9, 14, winner ? 700 : 500);
      this.write(this.outputText(H2, k), box.x, box.y + 10, 13, 500);
    });
  }

  paintBox(box, strong, level, colour) {
    const { context } = this.surface;
    const [left, top] = [box.x - box.width / 2, box.y - box.height / 2];
    context.beginPath();
    context.roundRect(left, top, box.width, box.height, 7);
    context.fillStyle = this.theme.surface;
    context.fill();
    if (colour) {
      context.save();
      context.clip();
      context.globalAlpha = 0.35;
      context.fillStyle = colour;
      context.fillRect(left, top, box.width * level, box.height);
      context.restore();
      context.beginPath();
      context.roundRect(left, top, box.width, box.height, 7);
    }
    context.strokeStyle = strong ? this.theme.text : this.theme.muted;
    context.lineWidth = strong ? 2.25 : 1.25;
    context.stroke();
  }

  write(text, x, y, size, weight) {
    const { context } = this.surface;
    context.font = `${weight} ${size}px ${this.theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = this.theme.text;
    context.fillText(text, x, y);
  }

  isFocus(layer, index) {
    return this.focus?.node?.layer === layer && this.focus.node.index === index;
  }
}
