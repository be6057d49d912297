// Decides how long a program's stdout must be silent before its answer counts as complete.

/** For a program that has written everything at once, in whole lines. */
const SILENCE_MS = 1_000;
/** For a program that streams: at least this, and three times its longest pause so far. */
const STREAM_SILENCE_MS = 5_000;
const PAUSES = 3;
/** What arrives within this time was written at once. */
const AT_ONCE_MS = 100;

export class Silence {
  #first: number | undefined;
  #last = 0;
  #longestPause = 0;
  #endsLine = false;

  /** Notes a piece of the output; `now` is in milliseconds. */
  wrote(chunk: Uint8Array, now: number): void {
    this.#longestPause = Math.max(this.#longestPause, now - (this.#first === undefined ? now : this.#last));
    this.#first ??= now;
    this.#last = now;
    this.#endsLine = chunk.at(-1) === 0x0a;
  }

  /** The milliseconds without output after which a complete answer counts. */
  get neededMs(): number {
    const isAtOnce = this.#last - (this.#first ?? 0) <= AT_ONCE_MS;
    if (isAtOnce && this.#endsLine) return SILENCE_MS;
    return Math.max(STREAM_SILENCE_MS, PAUSES * this.#longestPause);
  }
}
