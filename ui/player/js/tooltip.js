/** One floating note for the whole player. Text only. */

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
    const [width, height] = [this.element.offsetWidth, this.element.offsetHeight];
    const left = Math.max(4, Math.min(clientX - box.left + 16, box.width - width - 4));
    const below = clientY - box.top + 18;
    const top = below + height > box.height ? clientY - box.top - height - 12 : below;
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
