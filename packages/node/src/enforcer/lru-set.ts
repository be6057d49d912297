// A set of strings that evicts the least recently used ones.

/** The approximate cost of an entry beside its text, in UTF-16 code units. */
const ENTRY_COST = 64;

/** Evicts the least recently used strings once all together exceed `budget` UTF-16 code units. */
export class LruSet {
  readonly #entries = new Set<string>();
  readonly #budget: number;
  #cost = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  has(text: string): boolean {
    if (!this.#entries.delete(text)) return false;
    this.#entries.add(text);
    return true;
  }

  add(text: string): void {
    if (this.has(text)) return;
    this.#entries.add(text);
    this.#cost += text.length + ENTRY_COST;
    for (const oldest of this.#entries) {
      if (this.#cost <= this.#budget) break;
      this.#entries.delete(oldest);
      this.#cost -= oldest.length + ENTRY_COST;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#cost = 0;
  }
}
