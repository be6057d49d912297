// Remembers when records were appended to the spool, so that the age of the oldest is known.

/** The times that are kept. When there are more, every second one is forgotten, and fewer are taken. */
const MAX_TIMES = 1024;
const LEAST_MS = 1_000;

interface Mark {
  readonly sequence: number;
  readonly at: number;
}

/** Takes bounded memory, whatever is appended. An age may be too high by as much as two neighbours differ. */
export class AppendTimes {
  #marks: Mark[] = [];
  #everyMs = LEAST_MS;

  /** Records from a sequence on were appended at a time in milliseconds, of any clock that never goes back. */
  appended(sequence: number, at: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && at - last.at < this.#everyMs) return;
    if (this.#marks.length >= MAX_TIMES) {
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
      this.#everyMs *= 2;
    }
    this.#marks.push({ sequence, at });
  }

  /** The age in seconds of the record with a sequence, which is the oldest that is asked about from now on. */
  ageS(sequence: number, now: number): number {
    while (this.#marks.length > 1 && (this.#marks[1]?.sequence ?? sequence + 1) <= sequence) this.#marks.shift();
    if (this.#marks.length === 1) this.#everyMs = LEAST_MS;
    const [oldest] = this.#marks;
    return oldest === undefined ? 0 : Math.max(0, (now - oldest.at) / 1000);
  }
}
