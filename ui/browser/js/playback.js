/** Where we are on the time line and whether it moves. Knows nothing about the screen. */

const CATCH_UP = 5;

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
    this.position = Math.min(last, from + seconds * Math.max(timeline.rate * this.speed, ahead));
    if (this.stopAt !== null && from < this.stopAt && this.position >= this.stopAt) return this.stop();
    if (this.position < last || streaming) return null;
    if (this.loop && last > 0) {
      this.position = 0;
      return null;
    }
    this.pause();
    return "ended";
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
