/** What a finger does where Streamlit would take it for something else. */

const SLOP = 8; // CSS pixels
const TELEPHONE = "(max-width: 640px)";
const KEEPS_SHEET = "[data-testid^=stBidiComponent], .st-key-course_check, .st-key-course_next";

/**
 * On a slider's thumb, whether it scrolls or sets is known once it has moved a little: until it goes
 * sideways that is kept from the slider. And the sheet of settings, which closes when something
 * else is pressed, stays while the player above it is used, or a step of the course is checked.
 * @returns {() => void} ends that
 */
export function guardTouches() {
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
  window.addEventListener("mousedown", (event) => {
    if (window.matchMedia(TELEPHONE).matches && event.target.closest(KEEPS_SHEET)) event.stopPropagation();
  }, options);
  return () => listening.abort();
}
