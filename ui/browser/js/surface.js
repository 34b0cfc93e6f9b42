/** A canvas that knows its size in CSS pixels and the screen's resolution. */

const MAX_RATIO = 2;

export class Surface {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
  }

  /** Takes the size of the box around the canvas; true when something changed. */
  fit() {
    const box = this.canvas.parentElement;
    const width = Math.max(1, box.clientWidth);
    const height = Math.max(1, box.clientHeight);
    const ratio = Math.min(MAX_RATIO, (window.devicePixelRatio || 1) * zoomOf(box));
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return true;
  }

  clear() {
    this.context.clearRect(0, 0, this.width, this.height);
  }

  /** An empty layer of the same size, to draw once and copy every frame. */
  layer() {
    const canvas = document.createElement("canvas");
    canvas.width = this.canvas.width;
    canvas.height = this.canvas.height;
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return { canvas, context };
  }

  /** Copies a layer, or its part left of `until`. */
  stamp(layer, until = this.width) {
    const pixels = Math.round(Math.max(0, Math.min(until, this.width)) * this.ratio);
    if (pixels === 0) return;
    const height = layer.canvas.height;
    this.context.drawImage(layer.canvas, 0, 0, pixels, height, 0, 0, pixels / this.ratio, height / this.ratio);
  }
}

/** How much larger than its own pixels an element is shown: a page that presents enlarges the player. */
export const zoomOf = (element) => element.currentCSSZoom ?? 1;

/** Position of a pointer event inside the canvas, in its own pixels. */
export function pointerAt(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const zoom = zoomOf(canvas);
  return { x: (event.clientX - box.left) / zoom, y: (event.clientY - box.top) / zoom };
}
