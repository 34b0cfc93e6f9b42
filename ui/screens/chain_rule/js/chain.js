/** Streamlit's side: one animation a place, kept alive while new numbers arrive. */

import { createChain } from "./create_chain.js";
import { cleanUpNewest } from "../../../browser/js/mount.js";

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".chain");
  if (!root || !data) return undefined;
  const chain = root.chain ?? createChain(root, {});
  chain.hooks = { onAt: (at) => setStateValue("at", at) };
  chain.update(data);
  return cleanUpNewest(root, () => {
    chain.destroy();
    delete root.chain;
  });
}
