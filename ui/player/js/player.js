/** Streamlit's side: one player a place, kept alive while new data arrive. */

import { createPlayer } from "./create_player.js";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  if (!root || !data) return undefined;
  const player = root.player ?? createPlayer(root, {});
  player.hooks = {
    onFrame: (chosen) => setStateValue("chosen", chosen),
    onZoom: (step) => setTriggerValue("zoom", { step }),
    onBranch: (request) => setTriggerValue("branch", request),
    onShown: () => setStateValue("shown", true),
  };
  player.update(data);
  return () => {
    player.destroy();
    delete root.player;
  };
}
