/** Scales map a value to 0..1 and back, and choose their ticks. */

import { formatPower, formatTick } from "./format.js";

function niceTicks(from, to, count) {
  const span = to - from || 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + span * 1e-9; i++) ticks.push(i * step);
  return ticks;
}

export function linearScale(from, to, format = formatTick) {
  const span = to - from || 1;
  return {
    unit: (value) => (value - from) / span,
    value: (unit) => from + unit * span,
    ticks: (count) => niceTicks(from, to, count).map((value) => ({ value, label: format(value) })),
  };
}

/** Steps on a log scale: log(1 + step), so that step 0 has a place. */
export function logStepScale(from, to) {
  const low = Math.log1p(from);
  const span = Math.log1p(to) - low || 1;
  return {
    unit: (value) => (Math.log1p(value) - low) / span,
    value: (unit) => Math.expm1(low + unit * span),
    ticks: (count) => {
      const decades = [];
      for (let value = 1; value <= to; value *= 10) if (value >= from) decades.push(value);
      const every = Math.max(1, Math.ceil((decades.length + 1) / Math.max(2, count)));
      const kept = decades.filter((_, i) => (decades.length - 1 - i) % every === 0);
      const values = from === 0 ? [0, ...kept] : kept;
      return values.map((value) => ({ value, label: formatTick(value) }));
    },
  };
}

const DECADE_STEPS = [1, 2, 3, 5, 10, 20, 25, 50, 100, 200];

/** A log scale over positive values that may span hundreds of decades. */
export function logScale(from, to) {
  const low = Math.floor(Math.log10(from));
  const high = Math.max(low + 1, Math.ceil(Math.log10(to)));
  return {
    unit: (value) => (Math.log10(Math.max(value, 1e-300)) - low) / (high - low),
    value: (unit) => 10 ** (low + unit * (high - low)),
    ticks: (count) => {
      const every = DECADE_STEPS.find((step) => (high - low) / step <= count) ?? 500;
      const ticks = [];
      for (let k = Math.ceil(low / every) * every; k <= high; k += every) {
        ticks.push({ value: 10 ** k, label: Math.abs(k) <= 2 ? formatTick(10 ** k) : formatPower(k) });
      }
      return ticks;
    },
  };
}
