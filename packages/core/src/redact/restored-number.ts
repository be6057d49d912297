// Puts a number of JSON back without the quotes of its placeholder.

import { CONTEXT } from "./json-numbers.js";
import type { Found, FoundMention } from "./mention-scanner.js";

/** The quote of a string, with the backslashes that JSON in JSON needs, at the end of a text. */
const OPENING = /\\{0,63}"?$/;
const MAX_OPENING = 64;
const BLANKS = String.raw`(?:\s|\\+[nrt])*`;
const NAME = new RegExp(String.raw`([^"\\]{0,32})\\*"${BLANKS}:${BLANKS}$`);
const LIST = new RegExp(`[[,]${BLANKS}$`);

/** Equal for two values of JSON that have the same name, or are in a list, by the text before them. */
export function nameBefore(text: string): string {
  const before = text.slice(-CONTEXT);
  const name = NAME.exec(before)?.[1];
  return name === undefined ? (LIST.test(before) ? "[" : "") : `"${name}`;
}

/** The name of the number that a placeholder stands for; `undefined` if it has to stay in its quotes. */
type NameOf = (found: FoundMention) => string | undefined;

/**
 * Takes the quotes around the placeholder of a number, if the text has the name of the number before
 * them. Anywhere else, a string that was asked for would become a number. The quote before a
 * placeholder is held back, and a placeholder until the quote after it can be there.
 */
export class NumberPlaces {
  /** The end of the text before what is held back. */
  #before = "";
  #held = "";
  #pending: { readonly quote: string; readonly found: FoundMention } | undefined;

  next(all: readonly Found[], hasNumbers: boolean, nameOf: NameOf): Found[] {
    const out: Found[] = [];
    for (const found of all) {
      if ("text" in found) this.#text(found.text, hasNumbers, out);
      else this.#mention(found, nameOf(found), out);
    }
    return out;
  }

  end(): Found[] {
    const out: Found[] = [];
    this.#release(out);
    return out;
  }

  #text(part: string, hasNumbers: boolean, out: Found[]): void {
    let text = this.#held + part;
    if (this.#pending !== undefined) {
      const { quote, found } = this.#pending;
      if (text.length < quote.length && quote.startsWith(text)) {
        this.#held = text;
        return;
      }
      this.#pending = undefined;
      const isQuoted = text.startsWith(quote);
      out.push(...(isQuoted ? [found] : [{ text: quote }, found]));
      this.#remember(quote + found.mention.written);
      if (isQuoted) {
        this.#remember(quote);
        text = text.slice(quote.length);
      }
    }
    this.#held = hasNumbers ? (OPENING.exec(text.slice(-MAX_OPENING))?.[0] ?? "") : "";
    this.#pass(text.slice(0, text.length - this.#held.length), out);
  }

  #mention(found: FoundMention, name: string | undefined, out: Found[]): void {
    if (this.#pending !== undefined) this.#release(out);
    const quote = this.#held;
    if (name !== undefined && quote.endsWith('"') && nameBefore(this.#before) === name) {
      this.#pending = { quote, found };
      this.#held = "";
      return;
    }
    this.#release(out);
    out.push(found);
    this.#remember(found.mention.written);
  }

  /** Returns what is held back. */
  #release(out: Found[]): void {
    if (this.#pending !== undefined) {
      const { quote, found } = this.#pending;
      this.#pending = undefined;
      this.#pass(quote, out);
      out.push(found);
      this.#remember(found.mention.written);
    }
    this.#pass(this.#held, out);
    this.#held = "";
  }

  #pass(text: string, out: Found[]): void {
    if (text === "") return;
    out.push({ text });
    this.#remember(text);
  }

  #remember(text: string): void {
    this.#before = text.length >= CONTEXT ? text.slice(-CONTEXT) : (this.#before + text).slice(-CONTEXT);
  }
}
