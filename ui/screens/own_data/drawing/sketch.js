/** What is drawn: points with a class, which one is chosen, and the way back. Knows no screen. */

export class Sketch {
  constructor(points, most) {
    this.points = points.map((point) => [...point]);
    this.most = most;
    this.label = 0;
    this.chosen = -1;
    this.cursor = [0, 0];
    this.past = [];
  }

  /** Keeps the present state, to come back to it with undo. */
  remember() {
    this.past.push(this.points.map((point) => [...point]));
    if (this.past.length > 200) this.past.shift();
  }

  nearest(place, reach) {
    const distances = this.points.map(([x, y]) => Math.hypot(x - place[0], y - place[1]));
    const best = Math.min(...distances);
    return best <= reach ? distances.indexOf(best) : -1;
  }

  add(place) {
    if (this.points.length >= this.most) return;
    this.remember();
    this.points.push([...place, this.label]);
    this.chosen = this.points.length - 1;
  }

  /** Moves the chosen point, or the cursor where none is chosen. */
  moveTo(place) {
    if (this.chosen < 0) this.cursor = place;
    else this.points[this.chosen] = [...place, this.points[this.chosen][2]];
  }

  place() {
    return this.chosen < 0 ? this.cursor : this.points[this.chosen].slice(0, 2);
  }

  choose(index) {
    if (this.chosen >= 0 && index < 0) this.cursor = this.place();
    this.chosen = index;
  }

  next() {
    if (this.points.length) this.choose((this.chosen + 1) % this.points.length);
  }

  remove() {
    if (this.chosen < 0) return;
    this.remember();
    this.cursor = this.place();
    this.points.splice(this.chosen, 1);
    this.chosen = -1;
  }

  clear() {
    if (!this.points.length) return;
    this.remember();
    this.points = [];
    this.chosen = -1;
  }

  undo() {
    if (!this.past.length) return;
    this.points = this.past.pop();
    this.chosen = -1;
  }
}
