// The secrets in a text as one table of numbers: a text of some MiB may have hundreds of thousands.

import { FIND_FIELDS } from "../generated/boundary.js";

/** A place for a find, by its number. */
export interface FindPlace {
  readonly find: number;
  readonly start: number;
  readonly end: number;
}

/** The secrets in a text, in order and not overlapping. Places count UTF-16 units. */
export class Finds {
  readonly #table: Uint32Array;
  readonly #kinds: readonly string[];

  /** `table` has `FIND_FIELDS` numbers for each find: start, end, and the place of its kind in `kinds`. */
  constructor(table: Uint32Array, kinds: readonly string[]) {
    this.#table = table;
    this.#kinds = kinds;
  }

  get count(): number {
    return this.#table.length / FIND_FIELDS;
  }

  start(find: number): number {
    return this.#table[find * FIND_FIELDS] ?? 0;
  }

  end(find: number): number {
    return this.#table[find * FIND_FIELDS + 1] ?? 0;
  }

  kind(find: number): string {
    return this.#kinds[this.#table[find * FIND_FIELDS + 2] ?? -1] ?? "";
  }

  /**
   * The finds that end after `from` and start before `to`, with places that count from `from`. One
   * that starts before `from` starts at 0.
   */
  between(from: number, to: number): Finds {
    let [first, last] = [0, this.count];
    while (first < last && this.end(first) <= from) first++;
    while (last > first && this.start(last - 1) >= to) last--;
    const table = this.#table.slice(first * FIND_FIELDS, last * FIND_FIELDS);
    for (let at = 0; at < table.length; at += FIND_FIELDS) move(table, at, -from);
    return new Finds(table, this.#kinds);
  }

  /**
   * The finds, some of which are at other places: in order, and wider than they were. A find that
   * starts in one of these is left out.
   */
  replaced(places: readonly FindPlace[]): Finds {
    const table = this.#table.slice();
    let [next, to, end] = [0, 0, 0];
    for (let find = 0; find < this.count; find++) {
      const from = find * FIND_FIELDS;
      const place = places[next];
      if (place?.find === find) {
        next++;
        table.set([place.start, place.end, table[from + 2] ?? 0], to);
        end = place.end;
      } else if (this.start(find) < end) continue;
      else table.copyWithin(to, from, from + FIND_FIELDS);
      to += FIND_FIELDS;
    }
    return new Finds(table.slice(0, to), this.#kinds);
  }

  /** The finds in texts that follow each other, as those in the whole. */
  static joined(parts: readonly { readonly text: string; readonly finds: Finds }[]): Finds {
    const count = parts.reduce((sum, { finds }) => sum + finds.count, 0);
    const table = new Uint32Array(count * FIND_FIELDS);
    let [at, units] = [0, 0];
    for (const { text, finds } of parts) {
      table.set(finds.#table, at);
      const end = at + finds.#table.length;
      for (; at < end; at += FIND_FIELDS) move(table, at, units);
      units += text.length;
    }
    const [first] = parts;
    return new Finds(table, first === undefined ? [] : first.finds.#kinds);
  }
}

function move(table: Uint32Array, at: number, units: number): void {
  table[at] = Math.max(0, (table[at] ?? 0) + units);
  table[at + 1] = (table[at + 1] ?? 0) + units;
}
