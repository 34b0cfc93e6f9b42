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

/** Whether what is told at the end of a run is held back, as it plays for the first time. */
const heldBack = () => document.querySelector(".st-key-verdict_later") && !document.querySelector("[data-watched]");

const KEY_OF = { scene_back: "Page Up", scene_next: "Page Down" };

/** Shows that a press is being followed, as long as the page stands where it was made. */
function showWorking(seen) {
  const place = document.querySelector(".st-key-scene_place");
  if (place) place.dataset.working = seen;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const seen = `${data.place} of ${data.count}`;
  const stale = document.querySelector(`.st-key-scene_place[data-working]:not([data-working="${seen}"])`);
  if (stale) delete stale.dataset.working;
  const leads = (by) => data.place === null ? by > 0 : data.place + by >= 0 && data.place + by < data.count;
  // By the browser, which takes it away again: a tooltip of Streamlit's would cover what is told below.
  const onPointer = ({ type, target }) => {
    const button = target.closest?.(".st-key-scene_place button");
    const key = button && KEY_OF[button.closest("[class*=st-key-scene_]").className.match(/st-key-(\w+)/)[1]];
    if (!key) return;
    if (type === "click") showWorking(seen);
    else button.title = key;
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const by = MOVES[event.key] ?? (data.pages ? PAGES[event.key] : undefined);
    const button = buttonOf(event.key, data.pages);
    if ((by === undefined && !button) || takesText(event.composedPath()[0])) return;
    event.preventDefault();
    if (button) button.click();
    else if (data.pages && by > 0 && heldBack()) document.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
    else {
      if (leads(by)) showWorking(seen);
      setTriggerValue("move", { by, from: data.place });
    }
  };
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("keydown", onKey, { signal });
  for (const type of ["pointerover", "click"]) document.addEventListener(type, onPointer, { signal });
  parentElement.querySelector(".scene-keys").dataset.listening = "true";
  return () => listening.abort();
}
