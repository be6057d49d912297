// The sentry in force, and its predecessors while anything is still judged by them.

import type { Sentry } from "../../sentry.js";

/** Owns sentries. Each is closed when it is neither in force nor leased. */
export class PolicyLeases {
  #current: Sentry;
  readonly #leases = new Map<Sentry, number>();

  constructor(first: Sentry) {
    this.#current = first;
  }

  get current(): Sentry {
    return this.#current;
  }

  /** Puts another sentry in force. */
  replace(next: Sentry): void {
    const before = this.#current;
    this.#current = next;
    if (!this.#leases.has(before)) before.close();
  }

  /** Leases the sentry in force: it stays open until the lease is released. */
  acquire(): Sentry {
    this.#leases.set(this.#current, (this.#leases.get(this.#current) ?? 0) + 1);
    return this.#current;
  }

  /** Releases one lease of a sentry. */
  release(sentry: Sentry): void {
    const left = (this.#leases.get(sentry) ?? 0) - 1;
    if (left > 0) {
      this.#leases.set(sentry, left);
      return;
    }
    this.#leases.delete(sentry);
    if (sentry !== this.#current) sentry.close();
  }

  /** Closes all sentries, leased or not. */
  close(): void {
    for (const sentry of this.#leases.keys()) sentry.close();
    this.#leases.clear();
    this.#current.close();
  }
}
