// The sentry in force, and those before it for as long as anything is judged by them.

import type { Sentry } from "../../sentry.js";

/** Owns the sentries it is given, and closes each when it is neither in force nor held. */
export class Sentries {
  #current: Sentry;
  readonly #holds = new Map<Sentry, number>();

  constructor(first: Sentry) {
    this.#current = first;
  }

  get current(): Sentry {
    return this.#current;
  }

  /** Puts another in force. */
  replace(next: Sentry): void {
    const before = this.#current;
    this.#current = next;
    if (!this.#holds.has(before)) before.close();
  }

  /** The one in force, which stays open until it is released as often as it was held. */
  hold(): Sentry {
    this.#holds.set(this.#current, (this.#holds.get(this.#current) ?? 0) + 1);
    return this.#current;
  }

  release(sentry: Sentry): void {
    const left = (this.#holds.get(sentry) ?? 0) - 1;
    if (left > 0) {
      this.#holds.set(sentry, left);
      return;
    }
    this.#holds.delete(sentry);
    if (sentry !== this.#current) sentry.close();
  }

  /** Closes all, held or not. */
  close(): void {
    for (const sentry of this.#holds.keys()) sentry.close();
    this.#holds.clear();
    this.#current.close();
  }
}
