/** Numbers and places on the sides of a map. */

export const toShare = ({ low, high, log }, value) => log
  ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
  : (value - low) / (high - low);

export const fromShare = ({ low, high, log }, share) => log
  ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)))
  : low + share * (high - low);

/** As many digits as tell numbers apart that lie `step` from one another. */
export function readable(value, step) {
  const digits = Math.ceil(Math.log10(Math.abs(value) / step + 1)) + 1;
  return String(Number(value.toPrecision(Math.min(17, Math.max(3, digits))))).replace("-", "−");
}

/** Numbers as text without the digits that all of them begin with. */
export function withoutStart(texts) {
  const [first] = texts;
  let same = 0;
  while (same < first.length - 1 && texts.every((text) => text[same] === first[same])) same++;
  return same > 2 ? texts.map((text) => `…${text.slice(same)}`) : texts;
}

/** A few round values between the ends of an axis. */
export function ticks(axis, most) {
  const { low, high, log } = axis;
  if (log && high / low >= 20) return decades(low, high, most);
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(axis.whole ? 1 : 0, power * [1, 2, 5, 10].find((m) => m * power >= rough));
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-15) && found.length < 12; k++) found.push({ value: k * step, step });
  return found;
}

function decades(low, high, most) {
  const found = [];
  const many = Math.log10(high / low) > most;
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const mantissa of many ? [1] : [1, 3]) {
      const value = Number(`${mantissa}e${power}`);
      if (value >= low * (1 - 1e-12) && value <= high * (1 + 1e-12)) found.push({ value, step: value });
    }
  }
  return found;
}
