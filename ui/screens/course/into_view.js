/** Brings the place that it stands at into view: on a telephone on top, elsewhere where it was scrolled away. */

const TELEPHONE = "(max-width: 640px)";

export default function ({ parentElement }) {
  const block = window.matchMedia(TELEPHONE).matches ? "start" : "nearest";
  parentElement.querySelector(".into-view").scrollIntoView({ block, behavior: "instant" });
}
