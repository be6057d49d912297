// Counts what happened within the last hour, by name.

const HOUR_MS = 3_600_000;
/** Names that are counted at most. */
const MAX_NAMES = 1_000;

/** Each name may have so many within an hour. Takes bounded memory. */
export class HourlyLimit {
  readonly #most: number;
  readonly #times = new Map<string, readonly number[]>();

  constructor(most: number) {
    this.#most = most;
  }

  /** `now` is in milliseconds. */
  hasRoom(name: string, now: number): boolean {
    const count = this.#recent(name, now).length;
    if (count > 0) return count < this.#most;
    if (this.#times.size >= MAX_NAMES) for (const each of [...this.#times.keys()]) this.#recent(each, now);
    return this.#times.size < MAX_NAMES;
  }

  /** Counts what happened at a time. A time in the future counts as now. */
  count(name: string, at: number, now: number): void {
    const times = this.#recent(name, now);
    if (now - at >= HOUR_MS || (times.length === 0 && this.#times.size >= MAX_NAMES)) return;
    this.#times.set(name, [...times, Math.min(at, now)].slice(-this.#most));
  }

  #recent(name: string, now: number): readonly number[] {
    const times = (this.#times.get(name) ?? []).filter((at) => now - at < HOUR_MS);
    if (times.length === 0) this.#times.delete(name);
    else this.#times.set(name, times);
    return times;
  }
}
