/** One floating note for the whole player. Text only. */

import { zoomOf } from "./surface.js";

export class Tooltip {
  constructor(element, root) {
    this.element = element;
    this.root = root;
  }

  /** @param {string[]} lines heading first */
  show(lines, clientX, clientY) {
    const [heading, ...rest] = lines;
    const strong = document.createElement("strong");
    strong.textContent = heading;
    const rows = rest.map((line) => Object.assign(document.createElement("div"), { textContent: line }));
    this.element.replaceChildren(strong, ...rows);
    this.element.hidden = false;
    const box = this.root.getBoundingClientRect();
    const zoom = zoomOf(this.root);
    const [width, height] = [this.element.offsetWidth, this.element.offsetHeight];
    const [x, y] = [(clientX - box.left) / zoom, (clientY - box.top) / zoom];
    const left = Math.max(4, Math.min(x + 16, box.width / zoom - width - 4));
    const top = y + 18 + height > box.height / zoom ? y - height - 12 : y + 18;
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
