// Limits how much work of one kind runs at a time.

/** Work that waits runs in the order in which it came. */
export class Turns {
  readonly #maxWaiting: number;
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number, maxWaiting: number) {
    this.#free = most;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Does some work when it is its turn. Rejects with the reason of `signal` if it aborts before, and
   * with an `Error` if too much waits.
   */
  async take<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#acquire(signal);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.size >= this.#maxWaiting) throw new Error("too much waits already");
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(turn);
        reject(signal?.reason);
      };
      this.#waiting.add(turn);
      signal?.addEventListener("abort", giveUp, { once: true });
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
