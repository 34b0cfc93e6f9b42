/** Curves of one variable, as they come: their values and their slopes at even distances. */

import { float64s } from "../../../browser/js/decode.js";

/** @param {object} surface payload.surface of kind "curve" */
export function decodeCurves(surface) {
  const panel = ({ range, name, curves }) => ({ range, name, curves: curves.map(float64s) });
  return { ...surface, curves: surface.values.curves, values: panel(surface.values), slopes: panel(surface.slopes) };
}
