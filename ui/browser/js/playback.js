/** Where we are on the time line and whether it moves. Knows nothing about the screen. */

const CATCH_UP = 5;
const APPROACH = 6; // frames before a stop in which it slows down, so that nobody misses it
const SLOWLY = 1 / 6;

export class Playback {
  constructor() {
    this.position = 0;
    this.playing = false;
    this.following = false;
    this.speed = 1;
    this.loop = false;
    this.stopAt = null;
  }

  restart(playing, following) {
    Object.assign(this, { position: 0, playing, following, stopAt: null });
  }

  /** Moves by a stretch of time; returns "ended", "stopped" (at stopAt) or null. */
  advance(seconds, timeline, streaming) {
    if (!this.playing) return null;
    const { last } = timeline;
    const ahead = this.following && streaming ? CATCH_UP * (last - this.position) : 0;
    const from = this.position;
    this.position = Math.min(last, from + seconds * Math.max(timeline.rate * this.speed * this.haste(), ahead));
    if (this.stopAt !== null && from < this.stopAt && this.position >= this.stopAt) return this.stop();
    if (this.position < last || streaming) return null;
    if (this.loop && last > 0) {
      this.position = 0;
      return null;
    }
    this.pause();
    return "ended";
  }

  haste() {
    const left = this.stopAt === null ? Infinity : this.stopAt - this.position;
    return left > 0 && left < APPROACH ? SLOWLY : 1;
  }

  stop() {
    this.position = this.stopAt;
    this.stopAt = null;
    this.pause();
    return "stopped";
  }

  pause() {
    this.playing = false;
    this.following = false;
    this.position = Math.floor(this.position);
  }

  /** Starts over when it stands at the end of a run that is complete. */
  play(timeline, streaming) {
    if (this.position >= timeline.last && !streaming) this.position = 0;
    this.playing = true;
  }

  seek(position, timeline) {
    this.pause();
    this.position = Math.max(0, Math.min(timeline.last, Math.round(position)));
  }

  follow() {
    this.playing = true;
    this.following = true;
  }
}
