// Looks at a process now and then: its memory, its queue, how far it has come.

import { growth } from "./memory.mjs";

const EVERY_MS = 250;
const TOLD_EVERY = 40;
/** Memory may rise by so much after the warm-up, which is a third of the run. */
const LIMIT = 10 << 20;
/** A run of less than this has hardly warmed up: only a gross leak shows. */
const LONG_MS = 60_000;
const GROSS_LIMIT = 100 << 20;

export class Sampler {
  /** Resident memory. @type {number[]} */
  #samples = [];
  /** The longest queue that was seen. */
  queue = 0;
  #began = performance.now();
  #took = 0;
  #sentry;
  #events;
  #timer;

  /** @param {import("./process.mjs").SentryProcess} sentry @param {() => number} events that were sent */
  constructor(sentry, events) {
    this.#sentry = sentry;
    this.#events = events;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#took = performance.now() - this.#began;
  }

  /** From what to what memory went after the warm-up, in bytes. */
  get growth() {
    return growth(this.#samples.slice(Math.floor(this.#samples.length / 3)));
  }

  /** @returns {string[]} */
  get problems() {
    const { start, end } = this.growth;
    const limit = this.#took < LONG_MS ? GROSS_LIMIT : LIMIT;
    return end - start > limit ? [`memory grew from ${megabytes(start)} to ${megabytes(end)}`] : [];
  }

  async #look() {
    const bytes = this.#sentry.residentBytes;
    if (bytes === undefined) return;
    this.#samples.push(bytes);
    if (this.#samples.length % TOLD_EVERY !== 0) return;
    const depth = (await this.#sentry.metrics())?.get("sentry_queue_depth") ?? 0;
    this.queue = Math.max(this.queue, depth);
    const time = Math.round((performance.now() - this.#began) / 1000);
    process.stderr.write(
      `· ${time} s: ${this.#events()} events, ${megabytes(bytes)}, ${depth} queued, ${this.#sentry.reloads} reloads\n`,
    );
  }
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
