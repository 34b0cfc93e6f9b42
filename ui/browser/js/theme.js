/** Colours: read from the style sheet, which follows Streamlit's theme. */

const NAMES = ["background", "surface", "text", "muted", "border", "grid", "primary", "probe", "undecided", "blue", "orange",
  "accuracy", "loss", "rate", "lane-1", "lane-2", "lane-3", "lane-4"];

export const TYPE = 13; // pixels of a chart's labels, where no page asks for larger ones
const VISIBLE = 3;
const FAINT = 0.3; // share of the colour

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Any CSS colour as [red, green, blue]. */
export function toRgb(colour) {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = "#808080";
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

export const blend = (from, to, share) => from.map((value, i) => Math.round(value + (to[i] - value) * share));
export const toCss = (rgb) => `rgb(${rgb.join(",")})`;
const luminance = ([r, g, b]) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
/** Contrast of two colours, from 1 to 21, as WCAG 2 defines it. */
export function contrast(first, second) {
  const linear = (value) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
  const [a, b] = [light(first), light(second)];
  return Math.max(a, b) / Math.min(a, b);
}

/** A colour as near to the background as can still be seen. */
export function fade(colour, background) {
  const [from, to] = [toRgb(background), toRgb(colour)];
  for (let share = FAINT; share < 1; share += 0.02) {
    const faded = blend(from, to, share);
    if (contrast(faded, from) >= VISIBLE) return toCss(faded);
  }
  return colour;
}

export const pack = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;

/** 256 packed colours; `colourAt` gets a number from 0 to 1. */
function ramp(colourAt) {
  return Uint32Array.from({ length: 256 }, (_, i) => pack(colourAt(i / 255)));
}

/** From orange (0) over a colour of neither (1/2) to blue (1). */
function divergingRamp(middle, orange, blue, strength, pale = () => 1) {
  return ramp((share) => {
    const t = 2 * share - 1;
    return blend(middle, t < 0 ? orange : blue, strength * Math.abs(t) ** 0.85 * pale(Math.abs(t)));
  });
}

/** Next to no colour where the outputs of the classes differ by 0.1 or so, all of it from 0.4 on. */
function nearlyUndecided(difference) {
  const x = Math.max(0, Math.min(1, (difference - 0.05) / 0.35));
  return x * x * (3 - 2 * x);
}

/**
 * Reads the palette in force; sets data-theme on the root so that the style sheet can choose its own.
 * @returns {object} CSS colours by name, ramps for the maps, font and a signature that changes with the theme
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const background = toRgb(style.getPropertyValue("--background"));
  const dark = luminance(background) < 0.4;
  root.dataset.theme = dark ? "dark" : "light";
  const theme = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const [blue, orange, text] = [toRgb(theme.blue), toRgb(theme.orange), toRgb(theme.text)];
  const edge = dark ? [0, 0, 0] : [255, 255, 255];
  const ink = dark ? [255, 255, 255] : [0, 0, 0];
  return {
    ...theme,
    dark,
    font: style.fontFamily,
    type: parseFloat(style.getPropertyValue("--player-type")) || TYPE,
    pointEdge: toCss(edge),
    pointOne: toCss(blend(blue, ink, 0.28)),
    pointZero: toCss(blend(orange, ink, 0.22)),
    outputRamp: divergingRamp(toRgb(theme.undecided), orange, blue, dark ? 0.62 : 0.68, nearlyUndecided),
    tileRamp: divergingRamp(background, orange, blue, 0.85),
    sensitivityRamp: ramp((share) => blend(background, toRgb(theme.rate), 0.85 * share ** 0.8)),
    laneColours: [1, 2, 3, 4].map((i) => theme[`lane-${i}`]),
    signature: [...NAMES.map((name) => theme[name]), style.fontFamily, style.getPropertyValue("--player-type"), text].join("|"),
  };
}
