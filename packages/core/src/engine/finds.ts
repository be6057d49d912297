// The secrets in a text as one table of numbers: a text of some MiB may have hundreds of thousands.

import { FIND_FIELDS } from "../generated/boundary.js";

/** A place for a find, by its number. */
export interface FindPlace {
  readonly find: number;
  readonly start: number;
  readonly end: number;
}

/** A place, and its kind. */
export interface NamedPlace extends Omit<FindPlace, "find"> {
  readonly kind: string;
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

  /** These finds and further ones, in order. Finds that overlap become one, of the kind of the first. */
  with(places: readonly NamedPlace[]): Finds {
    if (places.length === 0) return this;
    const kinds = [...this.#kinds];
    const numbers = new Map(kinds.map((kind, number) => [kind, number]));
    const numberOf = (kind: string): number => {
      const number = numbers.get(kind) ?? kinds.push(kind) - 1;
      numbers.set(kind, number);
      return number;
    };
    const table = new Uint32Array(this.#table.length + places.length * FIND_FIELDS);
    let [to, end] = [0, 0];
    const add = (start: number, until: number, kind: number): void => {
      if (start < end) {
        end = Math.max(end, until);
        table[to - FIND_FIELDS + 1] = end;
        return;
      }
      table.set([start, until, kind], to);
      to += FIND_FIELDS;
      end = until;
    };
    let find = 0;
    for (const place of places) {
      for (; find < this.count && this.start(find) <= place.start; find++) this.#addTo(add, find);
      add(place.start, place.end, numberOf(place.kind));
    }
    for (; find < this.count; find++) this.#addTo(add, find);
    return new Finds(table.slice(0, to), kinds);
  }

  #addTo(add: (start: number, end: number, kind: number) => void, find: number): void {
    add(this.start(find), this.end(find), this.#table[find * FIND_FIELDS + 2] ?? 0);
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
