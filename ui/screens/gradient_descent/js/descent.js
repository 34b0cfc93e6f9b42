/** Streamlit's side: one player a place, kept alive while new paths arrive. */

import { createDescent } from "./create_descent.js";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  if (!root || !data) return undefined;
  const player = root.player ?? createDescent(root, {});
  player.hooks = {
    onStart: (point) => setTriggerValue("start", { point }),
    onStep: (chosen) => setStateValue("chosen", chosen),
  };
  player.update(data);
  return () => {
    player.destroy();
    delete root.player;
  };
}
