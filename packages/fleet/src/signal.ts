// Wakes one waiter.

/** Remembers that it was set, until the next wait. */
export class Signal {
  #isSet = false;
  #wake: (() => void) | undefined;

  set(): void {
    this.#isSet = true;
    this.#wake?.();
  }

  /** Resolves when it is set, `signal` aborts, or the time is over. One waiter at a time. */
  async wait(signal: AbortSignal, mostMs?: number): Promise<void> {
    if (!this.#isSet && !signal.aborted) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = () => resolve();
        signal.addEventListener("abort", this.#wake);
        if (mostMs !== undefined) timer = setTimeout(resolve, mostMs);
      });
      clearTimeout(timer);
      if (this.#wake !== undefined) signal.removeEventListener("abort", this.#wake);
    }
    this.#isSet = false;
    this.#wake = undefined;
  }
}
