// Measures whether the input is too fast for one thread.

/** The bytes of one measurement. */
const WINDOW_BYTES = 2 * 1024 * 1024;

/** Compares the time spent on judging with the time that passes. */
export class LoadMeter {
  #bytes = 0;
  #busyMs = 0;
  #start = performance.now();

  /**
   * Records `bytes` that took from `began` (of `performance.now()`) until now to judge. `true` if
   * the last two megabytes took more time to judge than to wait for.
   */
  outpaced(bytes: number, began: number): boolean {
    const now = performance.now();
    this.#bytes += bytes;
    this.#busyMs += now - began;
    if (this.#bytes < WINDOW_BYTES) return false;
    const outpaced = this.#busyMs > (now - this.#start) / 2;
    this.#bytes = 0;
    this.#busyMs = 0;
    this.#start = now;
    return outpaced;
  }
}
