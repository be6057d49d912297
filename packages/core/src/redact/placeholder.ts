// What stands for a masked secret: `{{A3S_REDACTED:<kind>:<n>}}`.

const OPENING = "{{A3S_REDACTED:";
const WHOLE = /\{\{A3S_REDACTED:[\w.-]{1,64}:\d{1,15}\}\}/g;
/** What a placeholder that is not there to its end looks like. */
const PARTIAL =
  /\{(?:\{(?:A(?:3(?:S(?:_(?:R(?:E(?:D(?:A(?:C(?:T(?:E(?:D(?::[\w.-]{0,64}(?::\d{0,15}\}?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?$/;
/** No placeholder is longer. */
const MAX_LENGTH = OPENING.length + 64 + 1 + 15 + 2;

/** Texts in the place of secrets, and the secrets: never to be logged. */
export type Restores = Readonly<Record<string, string>>;

/** Gives out placeholders, numbered by kind from 1. */
export class Placeholders {
  readonly #last = new Map<string, number>();
  readonly #taken: ReadonlySet<string>;

  /** What looks like a placeholder in `text` is not given out. */
  constructor(text = "") {
    this.#taken = new Set(text.includes(OPENING) ? text.match(WHOLE) : []);
  }

  next(kind: string): string {
    for (;;) {
      const number = (this.#last.get(kind) ?? 0) + 1;
      this.#last.set(kind, number);
      const placeholder = `${OPENING}${kind}:${number}}}`;
      if (!this.#taken.has(placeholder)) return placeholder;
    }
  }
}

/** Puts what `find` knows in the place of placeholders; the others stay. */
export function restored(text: string, find: (placeholder: string) => string | undefined): string {
  return text.includes(OPENING) ? text.replace(WHOLE, (placeholder) => find(placeholder) ?? placeholder) : text;
}

/** Where at the end of `text` a placeholder may have begun; the text's length if none has. */
export function partialAt(text: string): number {
  const from = Math.max(0, text.length - MAX_LENGTH);
  const found = text.slice(from).search(PARTIAL);
  return found < 0 ? text.length : from + found;
}
