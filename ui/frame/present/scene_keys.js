/**
 * Keys that go from scene to scene, answer a question and end presenting; a control that takes text
 * keeps its keys.
 */

const MOVES = { "[": -1, "]": 1 };
const PAGES = { PageUp: -1, PageDown: 1 };

const STARTS = ["PageDown", " "];

const takesText = (element) => element instanceof HTMLElement
  && (element.isContentEditable || element.closest("input:not([type=range]), textarea, select") !== null);

/**
 * The button that a key stands for: the answer of its number; while presenting, the end, and what starts
 * a training that waits for it.
 */
function buttonOf(key, presents) {
  if (STARTS.includes(key)) return (presents && document.querySelector(".st-key-train button")) || undefined;
  if (/^[1-9]$/.test(key)) return document.querySelectorAll(".st-key-answers button")[Number(key) - 1];
  const opened = document.querySelector("[data-testid=stPopoverBody], [data-testid=stDialog]");
  return key === "Escape" && presents && !opened ? document.querySelector(".st-key-present_end button") : undefined;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const by = MOVES[event.key] ?? (data.pages ? PAGES[event.key] : undefined);
    const button = buttonOf(event.key, data.pages);
    if ((by === undefined && !button) || takesText(event.composedPath()[0])) return;
    event.preventDefault();
    if (button) button.click();
    else setTriggerValue("move", { by });
  };
  document.addEventListener("keydown", onKey);
  parentElement.querySelector(".scene-keys").dataset.listening = "true";
  return () => document.removeEventListener("keydown", onKey);
}
