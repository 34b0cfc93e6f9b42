/** Copies the address of the page; where the clipboard is closed, shows it selected instead. */

import { letGoOfClosedSheet } from "./keys_sheet.js";
import { guardTouches } from "./touches.js";

const LASTS = 2500; // milliseconds that the answer stays

const MOMENT = ["at", "play", "map", "edges", "loss_axis", "step_axis", "by"]; // ui/player/moment.py

/** The address with the player's moment, and without the presenter's view: who gets the link wants the controls. */
function address() {
  const url = new URL(window.location.href);
  const moment = {};
  document.dispatchEvent(new CustomEvent("tell-moment", { detail: moment }));
  if (Object.keys(moment).length > 0) for (const name of MOMENT) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(moment)) url.searchParams.set(name, value);
  url.searchParams.delete("present");
  return url.href;
}

/** What a link can't carry: points that a visitor drew or brought stay in this browser. */
const withoutPoints = (href) =>
  (href.includes("data_id") || new URL(href).pathname.endsWith("/Own_data") ? "; your own points are not in it: send their file too" : "");

export default function ({ parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".copy-link");
  const [button, field, said] = ["button", "input", ".said"].map((part) => root.querySelector(part));
  let timer;

  const say = (text) => {
    said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = "";
      field.hidden = true;
    }, field.hidden && !text.includes(";") ? LASTS : 4 * LASTS);
  };

  const showSelected = () => {
    field.hidden = false;
    field.value = address();
    field.focus();
    field.select();
    say(`Selected: copy it from here${withoutPoints(field.value)}`);
  };

  root.querySelector(".qr").onclick = () => setTriggerValue("qr", address());
  button.onclick = async () => {
    try {
      const href = address();
      await navigator.clipboard.writeText(href);
      field.hidden = true;
      say(`Link copied${withoutPoints(href)}`);
    } catch {
      showSelected();
    }
  };
  const ends = [guardTouches(), letGoOfClosedSheet()]; // here, as every page has this
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
