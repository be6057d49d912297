// Secrets in the place of a number of JSON: a string replaces the number, so that the JSON stays
// valid.

import type { FindPlace, Finds } from "../engine/finds.js";
import { JsonLevels } from "./json-levels.js";
import type { Searched } from "./scanner.js";

/** A part of a text, with the secrets in it, and the quotes that their placeholders need. */
export interface Quoted extends Searched {
  /** By the number of the find. None for a find in a text, or in a string. */
  readonly quotes: ReadonlyMap<number, string>;
}

/** The most UTF-16 units of a number before a secret in it, and after it. */
const MAX_AROUND = 128;
/** The UTF-16 units before a number, or the placeholder in its place, that are read. */
export const CONTEXT = 128;
const NO_QUOTES: ReadonlyMap<number, string> = new Map();

const IS_IN_NUMBER = /[\w.+-]/;
const NUMBER = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
/** The end of a text that a value of JSON may follow. */
const BEFORE = /(?:[\s:,[]|\\[nrt])$/;
const BLANKS = String.raw`(?:\s|\\+[nrt])*`;
/** The quote of a name before a number, in JSON that begins within a text. */
const NAME = new RegExp(String.raw`(\\{0,63}")${BLANKS}:${BLANKS}$`);

/** Finds the secrets that are numbers of JSON, in a text that comes in parts. */
export class JsonNumbers {
  readonly #levels = new JsonLevels();
  #before = "";

  /** Finds in a number cover all of it. */
  next({ text, finds }: Searched): Quoted {
    const quotes = new Map<number, string>();
    const places: FindPlace[] = [];
    let read = 0;
    for (let find = 0; find < finds.count; find++) {
      const place = numberAround(text, finds, find, places.at(-1)?.end ?? 0);
      if (place === undefined) continue;
      this.#levels.read(text, read, place.start);
      read = place.start;
      const before = place.start < CONTEXT ? this.#before + text.slice(0, place.start) : text.slice(0, place.start);
      const quote = this.#quoteBehind(before.slice(-CONTEXT));
      if (quote === undefined) continue;
      places.push(place);
      quotes.set(find, quote);
    }
    this.#levels.read(text, read, text.length);
    this.#before = `${this.#before}${text.slice(-CONTEXT)}`.slice(-CONTEXT);
    return places.length === 0 ? { text, finds, quotes: NO_QUOTES } : widened(text, finds, places, quotes);
  }

  #quoteBehind(before: string): string | undefined {
    return BEFORE.test(before.slice(-2)) ? (this.#levels.quote() ?? NAME.exec(before)?.[1]) : undefined;
  }
}

/** The secrets of a whole text. A text without numbers that are secrets is not read. */
export function quotedFinds(text: string, finds: Finds): Quoted {
  for (let find = 0; find < finds.count; find++) {
    if (numberAround(text, finds, find, 0) !== undefined) return new JsonNumbers().next({ text, finds });
  }
  return { text, finds, quotes: NO_QUOTES };
}

/** The number that a find is in, after `from`. */
function numberAround(text: string, finds: Finds, find: number, from: number): FindPlace | undefined {
  let [start, end] = [finds.start(find), finds.end(find)];
  // Hardly any secret begins like a number.
  if (start < from || !/[-\d.tfn]/.test(text.charAt(start))) return undefined;
  const [first, last] = [Math.max(from, start - MAX_AROUND), end + MAX_AROUND];
  while (start > first && IS_IN_NUMBER.test(text.charAt(start - 1))) start--;
  // The letter of an escape.
  if (start < finds.start(find) && text.charAt(start - 1) === "\\") start++;
  while (end < last && IS_IN_NUMBER.test(text.charAt(end))) end++;
  return NUMBER.test(text.slice(start, end)) ? { find, start, end } : undefined;
}

/** The finds, of which some are as wide as `places`, without those that these cover. */
function widened(
  text: string,
  finds: Finds,
  places: readonly FindPlace[],
  quotes: ReadonlyMap<number, string>,
): Quoted {
  const wide = finds.replaced(places);
  const numbers = new Map<number, string>();
  let place = 0;
  for (let find = 0; find < wide.count && place < places.length; find++) {
    const next = places[place];
    if (next === undefined || wide.start(find) !== next.start) continue;
    numbers.set(find, quotes.get(next.find) ?? "");
    place++;
  }
  return { text, finds: wide, quotes: numbers };
}
