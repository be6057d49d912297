// Masking a text: placeholders in the place of its secrets, in one pass.

import { CONTEXT, type Quoted } from "./json-numbers.js";

/** The texts that are joined at a time. Appended one by one, many texts would make a deep rope. */
const BATCH = 1024;

/** Told of a placeholder in quotes: what the masked text has before them. */
type ToldNumber = (placeholder: string, before: string) => void;

/** Masks a text that comes in parts. */
export class Masker {
  readonly #placeholderOf: (kind: string, secret: () => string) => string;
  readonly #toldNumber: ToldNumber | undefined;
  /** The end of the masked text, for the next number. */
  #before = "";

  /** `placeholderOf` is called for the secrets in their order. */
  constructor(placeholderOf: (kind: string, secret: () => string) => string, toldNumber?: ToldNumber) {
    this.#placeholderOf = placeholderOf;
    this.#toldNumber = toldNumber;
  }

  /** The next part, with a placeholder for each of its secrets. */
  next({ text, finds, quotes }: Quoted): string {
    let masked = "";
    let batch: string[] = [];
    let at = 0;
    for (let find = 0; find < finds.count; find++) {
      const [start, end] = [finds.start(find), finds.end(find)];
      const placeholder = this.#placeholderOf(finds.kind(find), () => text.slice(start, end));
      const quote = quotes.get(find) ?? "";
      const before = text.slice(at, start);
      this.#pass(before);
      if (quote !== "") this.#toldNumber?.(placeholder, this.#before);
      const written = quote + placeholder + quote;
      this.#pass(written);
      batch.push(before, written);
      at = end;
      if (batch.length < BATCH) continue;
      masked += batch.join("");
      batch = [];
    }
    const rest = at === 0 ? text : text.slice(at);
    this.#pass(rest);
    batch.push(rest);
    return masked + batch.join("");
  }

  #pass(text: string): void {
    if (this.#toldNumber === undefined) return;
    this.#before = text.length >= CONTEXT ? text.slice(-CONTEXT) : (this.#before + text).slice(-CONTEXT);
  }
}
