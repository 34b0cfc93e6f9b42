/** Clean-up for Streamlit's side of a component. */

/**
 * While a page loads, Streamlit may call a component again before it cleans up after the call before, which is
 * out of date by then: only the newest call may end what all of them share.
 * @param {HTMLElement} root what is kept alive between calls
 * @param {Function} end
 */
export function cleanUpNewest(root, end) {
  const call = {};
  root.newestCall = call;
  return () => {
    if (root.newestCall === call) end();
  };
}
