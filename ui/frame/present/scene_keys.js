/** Keys that go from scene to scene; a control that takes text keeps its keys. */

const MOVES = { "[": -1, "]": 1 };
const PAGES = { PageUp: -1, PageDown: 1 };

const takesText = (element) => element instanceof HTMLElement
  && (element.isContentEditable || element.closest("input:not([type=range]), textarea, select") !== null);

export default function ({ data, parentElement, setTriggerValue }) {
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const by = MOVES[event.key] ?? (data.pages ? PAGES[event.key] : undefined);
    if (by === undefined || takesText(event.composedPath()[0])) return;
    event.preventDefault();
    setTriggerValue("move", { by });
  };
  document.addEventListener("keydown", onKey);
  parentElement.querySelector(".scene-keys").dataset.listening = "true";
  return () => document.removeEventListener("keydown", onKey);
}
