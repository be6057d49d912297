// Whether input comes faster than one thread judges it.

/** Bytes after which a look is taken. */
const WINDOW = 2 * 1024 * 1024;

/** Compares the time spent on judging with the time that goes by. */
export class Pace {
  #bytes = 0;
  #busy = 0;
  #start = performance.now();

  /**
   * Notes `bytes` that took from `began` until now to judge. `true` where, for two megabytes on end, more time has gone into
   * judging than into waiting for input.
   */
  outpaced(bytes: number, began: number): boolean {
    const now = performance.now();
    this.#bytes += bytes;
    this.#busy += now - began;
    if (this.#bytes < WINDOW) return false;
    const outpaced = this.#busy > (now - this.#start) / 2;
    this.#bytes = 0;
    this.#busy = 0;
    this.#start = now;
    return outpaced;
  }
}
