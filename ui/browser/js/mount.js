/** Clean-up for Streamlit's side of a component. */

const GRACE = 300; // milliseconds

/**
 * Streamlit cleans up after a call that new data have overtaken, and then calls again: what is kept alive between
 * calls may end only where no other call follows.
 * @param {HTMLElement} root what is kept alive between calls
 * @param {Function} end
 */
export function cleanUpNewest(root, end) {
  const call = {};
  root.newestCall = call;
  return () => setTimeout(() => {
    if (root.newestCall === call) end();
  }, GRACE);
}
