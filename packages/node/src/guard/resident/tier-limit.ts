// Limits how many judgements of the slow tiers run at a time.

import type { Judge, Tiers } from "@a3s-sentry/core";

/** Judgements that wait for their turn, in the order in which they came. */
export class TierLimit {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#free = most;
  }

  /** The tiers, whose judgements take turns. One that is aborted gives up its place. */
  readonly limit = ({ l2, l3 }: Tiers): Tiers => ({
    ...(l2 !== undefined && { l2: this.#limited(l2) }),
    ...(l3 !== undefined && { l3: this.#limited(l3) }),
  });

  #limited(judge: Judge): Judge {
    return {
      ...judge,
      judge: async (event, options) => {
        await this.#acquire(options.signal);
        try {
          return await judge.judge(event, options);
        } finally {
          this.#release();
        }
      },
    };
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(turn);
        reject(signal.reason);
      };
      this.#waiting.add(turn);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** The next one takes over the place. */
  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
