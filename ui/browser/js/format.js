/** Numbers as a person reads them: true minus sign, thousands, powers of ten. */

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

const withMinus = (text) => text.replace("-", "−");

export function formatPower(exponent) {
  return "10" + [...String(exponent)].map((digit) => SUPERSCRIPTS[digit]).join("");
}

/** Four significant digits; powers of ten where plain digits would be long. */
export function formatNumber(value, digits = 4) {
  if (!Number.isFinite(value)) return "not finite";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 2)).split("e");
    return `${withMinus(mantissa)} × ${formatPower(Number(exponent))}`;
  }
  return withMinus(String(Number(value.toPrecision(digits))));
}

const ROUNDING = 1e-14; // 0.1 × 3 is not quite 0.3

/** A result of a calculation with its sign: ≈ where the digits shown are not all there are. */
export function equals(value, digits = 4) {
  const whole = Math.abs(Number(value.toPrecision(digits)) - value) <= ROUNDING * Math.abs(value);
  return `${whole ? "=" : "≈"} ${formatNumber(value, digits)}`;
}

const MOST_DIGITS = 15;

/** A value near a known floor, with digits enough to tell the two apart: 1.00017, not 1. */
export function formatAbove(value, floor, digits = 3) {
  const above = Math.abs(value - floor);
  if (!(above > 0) || !Number.isFinite(value) || value === 0) return formatNumber(value, digits);
  const lost = Math.ceil(Math.log10(Math.abs(value) / above));
  return formatNumber(value, Math.min(MOST_DIGITS, digits + Math.max(0, lost - 1)));
}

/** A fixed number of decimals, so that a number that plays does not jump about. */
export function formatSteady(value, decimals) {
  const outside = Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 10 ** -decimals);
  return outside || !Number.isFinite(value) ? formatNumber(value, 3) : withMinus(value.toFixed(decimals));
}

export function formatStep(step) {
  return Math.round(step).toLocaleString("en-US");
}

export function formatPercent(share) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)}%` : "not known";
}

/** Short labels for an axis: 20000 becomes 20k. */
export function formatTick(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return withMinus(`${Number((value / 1e6).toPrecision(3))}M`);
  if (size >= 1e4) return withMinus(`${Number((value / 1e3).toPrecision(3))}k`);
  if (size > 0 && size < 1e-3) return formatNumber(value, 2);
  return withMinus(String(Number(value.toPrecision(3))));
}
