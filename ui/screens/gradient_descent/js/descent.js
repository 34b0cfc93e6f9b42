/** Streamlit's side: one player a place, kept alive while new paths arrive. */

import { createDescent } from "./create_descent.js";
import { cleanUpNewest } from "../../../browser/js/mount.js";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  if (!root || !data) return undefined;
  const player = root.player ?? createDescent(root, {});
  player.hooks = {
    onStart: (point) => setTriggerValue("start", { point }),
    onStep: (chosen) => setStateValue("chosen", chosen),
    // For the style sheet of the page, which holds back how it ends (ui/frame/present/page.css).
    onTold: (told) => root.getRootNode().host?.toggleAttribute("data-told", told),
  };
  player.update(data);
  return cleanUpNewest(root, () => {
    player.destroy();
    delete root.player;
  });
}
