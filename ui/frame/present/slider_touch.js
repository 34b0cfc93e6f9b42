/** A finger on a slider's thumb: whether it scrolls or sets is known once it has moved a little. */

const SLOP = 8; // CSS pixels

/** Keeps from the sliders what a finger does until it goes sideways; returns what ends that. */
export function guardSliders() {
  const listening = new AbortController();
  const options = { capture: true, signal: listening.signal };
  let start = null;
  window.addEventListener("pointerdown", (event) => {
    const onSlider = event.pointerType === "touch" && event.target.closest("[data-testid=stSlider]");
    start = onSlider ? { x: event.clientX, y: event.clientY } : null;
  }, options);
  window.addEventListener("pointermove", (event) => {
    if (!start) return;
    const across = Math.abs(event.clientX - start.x);
    if (across >= SLOP && across > Math.abs(event.clientY - start.y)) start = null;
    else event.stopImmediatePropagation();
  }, options);
  return () => listening.abort();
}
