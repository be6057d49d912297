// JSON that is read, changed and written again: numbers that JavaScript would round stay as they were.

import { randomTicket } from "../../guard/sha256.js";

/** A number of so many digits may be rounded, and one with an exponent may be beyond all numbers. */
const MIN_DIGITS = 16;
const MAY_HAVE_LONG = /[\d.]{16}|\d[eE]/;
const STRINGS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Reads and writes the events of one answer. Long numbers are strings in between. */
export class ExactJson {
  /** Random, so that no answer can have it. */
  readonly #mark = randomTicket();
  readonly #marked = new RegExp(`"${this.#mark}([^"]*)"`, "g");
  #hasLong = false;

  /** Throws a `SyntaxError` for what is no JSON. */
  read(json: string): unknown {
    const value: unknown = JSON.parse(json);
    if (!MAY_HAVE_LONG.test(json)) return value;
    let hasLong = false;
    const marked = json.replace(STRINGS_AND_NUMBERS, (token) => {
      if (token.startsWith('"') || isShort(token)) return token;
      hasLong = true;
      return `"${this.#mark}${token}"`;
    });
    this.#hasLong ||= hasLong;
    return hasLong ? JSON.parse(marked) : value;
  }

  write(value: unknown): string {
    const json = JSON.stringify(value);
    return this.#hasLong ? json.replace(this.#marked, "$1") : json;
  }
}

function isShort(number: string): boolean {
  return number.replace(/\D/g, "").length < MIN_DIGITS && Number.isFinite(Number(number));
}
