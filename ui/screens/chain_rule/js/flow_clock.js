/** Where the animation of one training step is: a brick, and how much of it has been seen. */

const SECONDS_A_BRICK = 1.8;

export class FlowClock {
  constructor() {
    this.bricks = [];
    this.position = 0;
    this.pace = 1;
    this.playing = false;
  }

  /** @param {{phase: string}[]} bricks in the order of their computation */
  setBricks(bricks) {
    this.bricks = bricks;
    this.position = Math.min(this.position, this.last);
  }

  /** The end of the step: every brick seen in full. */
  get last() {
    return Math.max(0, this.bricks.length);
  }

  get index() {
    return Math.max(0, Math.min(this.bricks.length - 1, Math.ceil(this.position) - 1));
  }

  get brick() {
    return this.bricks[this.index];
  }

  /** From 0 to 1: how far the brick has come. */
  get share() {
    return Math.min(1, Math.max(0, this.position - this.index));
  }

  /** Moves by a stretch of time; true when the step has come to its end. */
  advance(seconds) {
    this.position = Math.min(this.last, this.position + (seconds * this.pace) / SECONDS_A_BRICK);
    return this.position >= this.last;
  }

  /** To the end of the brick after, or before, the one shown. */
  move(count) {
    this.position = Math.max(1, Math.min(this.last, this.index + 1 + count));
  }

  /** To a brick by its name, seen in full. */
  goToBrick(name) {
    this.position = Math.max(0, this.bricks.findIndex((brick) => brick.name === name)) + 1;
  }

  /** To the first brick of a phase, seen in full or from its beginning. */
  goToPhase(phase, { fromStart }) {
    const first = this.bricks.findIndex((brick) => brick.phase === phase);
    this.position = Math.max(0, first) + (fromStart ? 0 : 1);
  }
}
