import { createPlayer } from "../player/js/create_player.js";

{
  const root = document.querySelector(".player");
  const player = createPlayer(root, { onFrame() {}, onZoom() {} });
  const payload = JSON.parse(document.getElementById("run").textContent);
  player.update(payload);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => player.update(payload));
}
