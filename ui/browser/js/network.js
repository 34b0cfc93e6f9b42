/**
 * The forward pass: Z1 = [x0, x1, 1] W1, H1 = sigmoid(Z1), Z2 = [H1, 1] W2, H2 = sigmoid(Z2).
 * In maps, H1 comes from a table of the sigmoid (error below 1e-6); everything else uses Math.exp.
 */

const FARTHEST = 708;
const TABLE_REACH = 20;
const TABLE_STEPS = 8192;
const TABLE_SCALE = TABLE_STEPS / (2 * TABLE_REACH);
const TABLE = Float32Array.from({ length: TABLE_STEPS + 2 }, (_, i) => sigmoid(i / TABLE_SCALE - TABLE_REACH));

// Beyond the table the sigmoid is 0 or 1 exactly, so that huge weights after it cancel as they should.
TABLE[0] = 0;
TABLE.fill(1, TABLE_STEPS);

/** Written so that the exponential never overflows, and bounded where the training code bounds it. */
export function sigmoid(z) {
  const e = Math.exp(-Math.min(Math.abs(z), FARTHEST));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

function quickSigmoid(z) {
  const t = (z < -TABLE_REACH ? 0 : z > TABLE_REACH ? 2 * TABLE_REACH : z + TABLE_REACH) * TABLE_SCALE;
  const i = t | 0;
  return TABLE[i] + (t - i) * (TABLE[i + 1] - TABLE[i]);
}

/** Room for the weights (or gradients) of one frame, one array a row of W1 and a column of W2. */
export function createFrame(hidden) {
  const row = () => new Float64Array(hidden);
  return { hidden, x0: row(), x1: row(), bias: row(), out0: row(), out1: row(), outBias0: 0, outBias1: 0, largest: 0 };
}

/** Copies frame `index` of a block of weights or gradients into `frame`. */
export function readFrame(frame, { first, second }, hasBias, index) {
  const h = frame.hidden;
  const upper = index * (hasBias ? 3 : 2) * h;
  const lower = index * (h + (hasBias ? 1 : 0)) * 2;
  for (let j = 0; j < h; j++) {
    frame.x0[j] = first[upper + j];
    frame.x1[j] = first[upper + h + j];
    frame.bias[j] = hasBias ? first[upper + 2 * h + j] : 0;
    frame.out0[j] = second[lower + 2 * j];
    frame.out1[j] = second[lower + 2 * j + 1];
  }
  frame.outBias0 = hasBias ? second[lower + 2 * h] : 0;
  frame.outBias1 = hasBias ? second[lower + 2 * h + 1] : 0;
  frame.largest = largestOf(frame);
}

function largestOf(frame) {
  let largest = Math.max(Math.abs(frame.outBias0), Math.abs(frame.outBias1));
  for (const row of [frame.x0, frame.x1, frame.bias, frame.out0, frame.out1]) {
    for (let j = 0; j < row.length; j++) largest = Math.max(largest, Math.abs(row[j]));
  }
  return largest;
}

/** Exact activations for one input. */
export function evaluate(frame, x0, x1) {
  const H1 = Array.from(frame.x0, (_, j) => sigmoid(frame.x0[j] * x0 + frame.x1[j] * x1 + frame.bias[j]));
  let z0 = frame.outBias0;
  let z1 = frame.outBias1;
  for (let j = 0; j < frame.hidden; j++) {
    z0 += H1[j] * frame.out0[j];
    z1 += H1[j] * frame.out1[j];
  }
  const H2 = [sigmoid(z0), sigmoid(z1)];
  return { H1, Z2: [z0, z1], H2, one: H2[1] > H2[0] };
}

/** Fills `values` (size x size, top row first) with H2[1] - H2[0]. */
export function outputMap(frame, domain, size, values) {
  const { hidden, x0, x1, bias, out0, out1, outBias0, outBias1 } = frame;
  const base = new Float64Array(hidden);
  const pitch = domain.size / size;
  for (let row = 0; row < size; row++) {
    const y = domain.y + domain.size - (row + 0.5) * pitch;
    for (let j = 0; j < hidden; j++) base[j] = x1[j] * y + bias[j];
    for (let column = 0; column < size; column++) {
      const x = domain.x + (column + 0.5) * pitch;
      let z0 = outBias0;
      let z1 = outBias1;
      for (let j = 0; j < hidden; j++) {
        const h = quickSigmoid(base[j] + x0[j] * x);
        z0 += h * out0[j];
        z1 += h * out1[j];
      }
      values[row * size + column] = sigmoid(z1) - sigmoid(z0);
    }
  }
}

/** Fills `values` with the mean of 4 h (1 - h): 1 where the first layer still learns, 0 where it is saturated. */
export function sensitivityMap(frame, domain, size, values) {
  const { hidden, x0, x1, bias } = frame;
  const pitch = domain.size / size;
  for (let row = 0; row < size; row++) {
    const y = domain.y + domain.size - (row + 0.5) * pitch;
    for (let column = 0; column < size; column++) {
      const x = domain.x + (column + 0.5) * pitch;
      let sum = 0;
      for (let j = 0; j < hidden; j++) {
        const h = quickSigmoid(x0[j] * x + x1[j] * y + bias[j]);
        sum += h * (1 - h);
      }
      values[row * size + column] = (4 * sum) / hidden;
    }
  }
}

/** The activation of hidden neuron j over the plane, as colours, into a tile of an atlas. */
export function neuronTile(frame, j, domain, size, pixels, offset, stride, colours) {
  const { x0, x1, bias } = frame;
  const pitch = domain.size / size;
  const stepX = x0[j] * pitch;
  for (let row = 0; row < size; row++) {
    const y = domain.y + domain.size - (row + 0.5) * pitch;
    const start = x1[j] * y + bias[j] + x0[j] * (domain.x + 0.5 * pitch);
    const at = offset + row * stride;
    for (let column = 0; column < size; column++) {
      pixels[at + column] = colours[(quickSigmoid(start + column * stepX) * 255) | 0];
    }
  }
}

/** Marks each wrongly classified point in `wrong` and returns how many there are; exact, as the accuracy is. */
export function findWrong(frame, points, wrong) {
  let count = 0;
  for (let i = 0; i < points.count; i++) {
    wrong[i] = classify(frame, points.X[2 * i], points.X[2 * i + 1]) === points.labels[i] ? 0 : 1;
    count += wrong[i];
  }
  return count;
}

/** The class: 1 where H2[1] > H2[0], a tie counts as 0. */
function classify(frame, x, y) {
  const { hidden, x0, x1, bias, out0, out1 } = frame;
  let z0 = frame.outBias0;
  let z1 = frame.outBias1;
  for (let j = 0; j < hidden; j++) {
    const h = sigmoid(x0[j] * x + x1[j] * y + bias[j]);
    z0 += h * out0[j];
    z1 += h * out1[j];
  }
  return sigmoid(z1) > sigmoid(z0) ? 1 : 0;
}
