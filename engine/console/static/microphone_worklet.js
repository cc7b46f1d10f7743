// Runs beside the page: the microphone down to the line's rate, the line's sound up to the loudspeaker's.
// A mark is returned when the sound before it was played, and at once when it is cleared.
"use strict";

const HALF = 8;
const PHASES = 64;

// A stream at one rate turned into another by a windowed sinc; positions between samples are rounded to a 64th.
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    const cut = Math.min(1, to / from);
    this.reach = Math.ceil(HALF / cut);
    this.taps = Array.from({ length: PHASES + 1 }, (_, phase) => {
      const row = new Float32Array(2 * this.reach);
      for (let tap = 0; tap < row.length; tap += 1) {
        const x = (tap - this.reach + 1 - phase / PHASES) * cut;
        const window = Math.abs(x) < HALF ? 0.5 + 0.5 * Math.cos(Math.PI * x / HALF) : 0;
        row[tap] = cut * window * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
      }
      return row;
    });
    this.kept = new Float32Array(this.reach);
    this.at = this.reach;
  }

  run(fresh) {
    const all = new Float32Array(this.kept.length + fresh.length);
    all.set(this.kept);
    all.set(fresh, this.kept.length);
    const out = [];
    let at = this.at;
    for (; Math.floor(at) + this.reach < all.length; at += this.step) {
      const first = Math.floor(at);
      const row = this.taps[Math.round((at - first) * PHASES)];
      let sum = 0;
      for (let tap = 0; tap < row.length; tap += 1) { sum += row[tap] * all[first - this.reach + 1 + tap]; }
      out.push(sum);
    }
    const drop = Math.max(0, Math.floor(at) - this.reach);
    this.kept = all.slice(drop);
    this.at = at - drop;
    return out;
  }
}

class Telephone extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate } }) {
    super();
    this.rate = rate;
    this.down = new Resampler(sampleRate, rate);
    this.frame = new Int16Array(rate / 50);
    this.filled = 0;
    this.marks = [];
    this.playing = false;
    this.empty();
    this.port.onmessage = ({ data }) => this.take(data);
  }

  empty() {
    this.up = new Resampler(this.rate, sampleRate);
    this.queue = [];
    this.place = 0;
    this.queued = 0;
    this.played = 0;
  }

  take(message) {
    if (message.sound) {
      const sound = Float32Array.from(new Int16Array(message.sound), (value) => value / 32768);
      const fresh = this.up.run(sound);
      this.queue.push(fresh);
      this.queued += fresh.length;
    } else if (message.type === "mark") {
      this.marks.push([this.queued, message.name]);
    } else if (message.type === "clear") {
      const out = this.marks;
      this.empty();
      this.marks = [];
      for (const [, name] of out) { this.port.postMessage({ mark: name }); }
    }
  }

  process(inputs, outputs) {
    this.play(outputs[0][0]);
    const heard = inputs[0][0];
    if (heard) { this.hear(heard); }
    return true;
  }

  play(out) {
    let sounds = false;
    for (let i = 0; i < out.length; i += 1) {
      while (this.queue.length && this.place >= this.queue[0].length) { this.queue.shift(); this.place = 0; }
      if (!this.queue.length) { break; }
      out[i] = this.queue[0][this.place];
      this.place += 1;
      this.played += 1;
      sounds = true;
    }
    while (this.marks.length && this.marks[0][0] <= this.played) { this.port.postMessage({ mark: this.marks.shift()[1] }); }
    if (sounds !== this.playing) {
      this.playing = sounds;
      this.port.postMessage({ playing: sounds });
    }
  }

  hear(heard) {
    for (const value of this.down.run(heard)) {
      this.frame[this.filled] = Math.max(-1, Math.min(1, value)) * 32767;
      this.filled += 1;
      if (this.filled === this.frame.length) {
        const sound = this.frame.slice();
        const level = Math.sqrt(sound.reduce((sum, item) => sum + item * item, 0) / sound.length) / 8192;
        this.port.postMessage({ sound: sound.buffer, level: Math.min(1, level) }, [sound.buffer]);
        this.filled = 0;
      }
    }
  }
}

registerProcessor("telephone", Telephone);
