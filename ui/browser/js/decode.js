/** From the payload (JSON with base64 blocks) to typed arrays. */

const FEW_NUMBERS = 24;

function decodeBytes(text) {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export const float32s = (text) => new Float32Array(decodeBytes(text).buffer);
export const float64s = (text) => new Float64Array(decodeBytes(text).buffer);
export const int8s = (text) => new Int8Array(decodeBytes(text).buffer);

/** The square of the input plane that holds every point, with a margin. */
function squareAround(X) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < X.length; i += 2) {
    x0 = Math.min(x0, X[i]);
    x1 = Math.max(x1, X[i]);
    y0 = Math.min(y0, X[i + 1]);
    y1 = Math.max(y1, X[i + 1]);
  }
  const margin = X.length <= FEW_NUMBERS ? 0.78 : 0.56;
  const half = margin * Math.max(x1 - x0, y1 - y0, 1);
  return { x: (x0 + x1) / 2 - half, y: (y0 + y1) / 2 - half, size: 2 * half };
}

/** Both matrices of all frames, one after the other; "wide" ones are float64. */
function decodeMatrices({ wide, first, second }) {
  const decode = wide ? float64s : float32s;
  return { first: decode(first), second: decode(second) };
}

function decodePoints(points) {
  const X = float64s(points.X);
  const { shift, scale } = points;
  return { X, labels: decodeBytes(points.labels), count: X.length / 2, trained: points.n_train, shift, scale };
}

/** Two lanes with the same signature hold the same frames. */
export function laneSignature(lane) {
  return JSON.stringify([lane.key, lane.label, lane.streaming, lane.planned_steps, lane.events,
    lane.series.steps, lane.series.loss, lane.points.labels, lane.names]);
}

/**
 * @returns what learning rate x sharpness must stay below at a frame, or null and why there is no
 *   limit; why the limit is not 2, and of which mini-batch the sharpness is, or ""; whether next to
 *   no gradient is left there, and whether for good; the rate that the step comes to where its
 *   gradient is clipped, or null; what an event says of the step before
 */
export function limitAt({ limits, steps, stalled, dead, learning_rates: rates, sharesLeft, events }, frame) {
  const [, limit, whyNoLimit, ofLimit] = limits.findLast(([from]) => from <= steps[frame]);
  const isHere = ({ step }) => step <= steps[frame] && !(step <= steps[frame - 1]);
  const note = events.find((event) => event.note && isHere(event))?.note ?? "";
  const clippedTo = sharesLeft[frame] < 1 ? rates[frame] * sharesLeft[frame] : null;
  return { limit, whyNoLimit, ofLimit, stalled: stalled[frame] === 1, dead: dead[frame] === 1, clippedTo, note };
}

/**
 * @param {object} lane one entry of payload.lanes
 * @returns {object} the lane with its blocks decoded
 */
export function decodeLane(lane) {
  const series = Object.fromEntries(Object.entries(lane.series).map(([name, block]) => [name, float64s(block)]));
  const points = decodePoints(lane.points);
  const sharesLeft = float64s(lane.shares_left);
  return {
    key: lane.key,
    label: lane.label,
    streaming: lane.streaming,
    live: lane.streaming && lane.follow,
    plannedSteps: lane.planned_steps,
    nonFiniteAt: lane.non_finite_at,
    limit: lane.limit,
    limits: lane.limits,
    stalled: decodeBytes(lane.stalled),
    dead: decodeBytes(lane.dead),
    parentUntil: lane.parent_until ?? null,
    events: lane.events,
    hidden: lane.hidden,
    bias: lane.bias,
    frames: series.steps.length,
    ...series,
    sharesLeft,
    stability: series.learning_rates.map((rate, i) => rate * sharesLeft[i] * series.sharpness[i]),
    points,
    accuracyName: points.trained < points.count ? "accuracy on all points" : "accuracy",
    names: lane.names,
    domain: squareAround(points.X),
    weights: decodeMatrices(lane.weights),
    gradients: decodeMatrices(lane.gradients),
    signature: laneSignature(lane),
  };
}
