// Logs what may fail often.

import type { Log } from "a3s-sentry/host";

const EVERY_MS = 10_000;
/** The texts that are remembered. */
const MAX_TEXTS = 100;

/** Logs a text at most once in ten seconds. */
export class ThrottledLog {
  readonly #log: Log;
  readonly #last = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  warn(text: string): void {
    const now = performance.now();
    const last = this.#last.get(text);
    if (last !== undefined && now - last < EVERY_MS) return;
    if (this.#last.size >= MAX_TEXTS) this.#last.clear();
    this.#last.set(text, now);
    this.#log.line(`warning: ${text}`);
  }
}
