/** The presenter's sheet of keys, once read, leaves no mark on its button, and Space to the player. */

const CLOSED = 100; // milliseconds after which the page has followed

/**
 * Takes the focus off the button of a sheet that was just closed; Tab goes on from there.
 * @returns {() => void} ends that
 */
export function letGoOfClosedSheet() {
  const listening = new AbortController();
  const letGo = () => setTimeout(() => {
    const { activeElement } = document;
    if (activeElement?.matches(".st-key-keys button[aria-expanded=false]")) activeElement.blur();
  }, CLOSED);
  document.addEventListener("keyup", ({ key }) => key === "Escape" && letGo(), { signal: listening.signal });
  document.addEventListener("click", letGo, { signal: listening.signal });
  return () => listening.abort();
}
