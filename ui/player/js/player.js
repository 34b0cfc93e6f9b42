/** Streamlit's side: one player a place, kept alive while new data arrive. */

import { createPlayer } from "./create_player.js";
import { cleanUpNewest } from "../../browser/js/mount.js";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  if (!root || !data) return undefined;
  const player = root.player ?? createPlayer(root, {});
  // The button "Copy link" asks what the player shows; this function runs again with all new data.
  const tellMoment = (event) => Object.assign(event.detail, player.currentMoment());
  document.removeEventListener("tell-moment", root.tellMoment);
  document.addEventListener("tell-moment", tellMoment);
  root.tellMoment = tellMoment;
  player.hooks = {
    onFrame: (chosen) => setStateValue("chosen", chosen),
    onZoom: (step) => setTriggerValue("zoom", { step }),
    onBranch: (request) => setTriggerValue("branch", request),
    // For the style sheet of the page, which holds back how a run ends (ui/frame/present/page.css).
    // What the course tells stays told while further runs play.
    onWatched: (seen) => {
      const { host } = root.getRootNode();
      host?.toggleAttribute("data-watched", seen);
      if (seen) host?.toggleAttribute("data-told", true);
    },
  };
  const before = player.key;
  player.update(data);
  if (data.leads_here && before && player.key !== before) comeIntoView(root);
  return cleanUpNewest(root, () => {
    document.removeEventListener("tell-moment", root.tellMoment);
    player.destroy();
    delete root.player;
  });
}

/** What was chosen further down the page plays up here, below the line that tells of it. */
function comeIntoView(root) {
  if (root.getBoundingClientRect().top >= 0) return;
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  root.scrollIntoView({ block: "start", behavior: isCalm ? "instant" : "smooth" });
}
