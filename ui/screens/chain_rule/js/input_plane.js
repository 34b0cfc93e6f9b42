/** The input plane: the decision map with every hidden neuron's line, where its Z1 is 0. */

import { BoundaryMap, FEW_LINES, lineInSquare } from "../../../browser/js/boundary.js";

export class InputPlane extends BoundaryMap {
  /** @param {number | null} chosen the neuron whose line stands out */
  renderLines(frame, wrong, probe, chosen) {
    this.render(wrong, probe);
    for (let j = 0; j < frame.hidden; j++) {
      if (j !== chosen) this.paintLine(frame, j, false);
    }
    if (chosen !== null) this.paintLine(frame, chosen, true);
  }

  paintLine(frame, j, chosen) {
    const ends = lineInSquare(frame.x0[j], frame.x1[j], frame.bias[j], this.lane.domain);
    if (!ends) return;
    const { context } = this.surface;
    const [[ax, ay], [bx, by]] = ends;
    context.beginPath();
    context.moveTo(this.toX(ax), this.toY(ay));
    context.lineTo(this.toX(bx), this.toY(by));
    context.setLineDash(chosen ? [] : [6, 5]);
    for (const [colour, width] of chosen ? [[this.theme.background, 5], [this.theme.probe, 2.5]] : [[this.theme.text, 1.4]]) {
      context.globalAlpha = chosen ? 1 : frame.hidden > FEW_LINES ? 0.25 : 0.7;
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    if (chosen || frame.hidden <= FEW_LINES) this.nameLine(ends, j, chosen);
  }

  nameLine([[ax, ay], [bx, by]], j, chosen) {
    const { context } = this.surface;
    const share = 0.12 + 0.07 * (j % FEW_LINES);
    const [x, y] = [this.toX(ax + share * (bx - ax)), this.toY(ay + share * (by - ay))];
    context.font = `${chosen ? 700 : 600} 13px ${this.theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.strokeStyle = this.theme.background;
    context.lineWidth = 4;
    context.strokeText(String(j + 1), x, y);
    context.fillStyle = this.theme.text;
    context.fillText(String(j + 1), x, y);
  }
}
