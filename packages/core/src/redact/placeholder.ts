// Placeholders, which replace masked secrets: `{{A3S_REDACTED:<kind>:<n>}}`.

const OPENING = "{{A3S_REDACTED:";
const WHOLE = /\{\{A3S_REDACTED:[\w.-]{1,64}:\d{1,15}\}\}/g;
/** The start of a placeholder at the end of a text. */
const PARTIAL =
  /\{(?:\{(?:A(?:3(?:S(?:_(?:R(?:E(?:D(?:A(?:C(?:T(?:E(?:D(?::[\w.-]{0,64}(?::\d{0,15}\}?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?$/;
/** The most UTF-16 units of a placeholder. */
const MAX_LENGTH = OPENING.length + 64 + 1 + 15 + 2;

/** Secrets by placeholder. Do not log it. */
export type Restores = Readonly<Record<string, string>>;

/** Makes placeholders, numbered from 1 for each kind. */
export class Placeholders {
  readonly #last = new Map<string, number>();
  readonly #taken: ReadonlySet<string>;

  /** Skips placeholders that `text` already contains. */
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

/** Replaces the placeholders that `find` returns a secret for; others stay. */
export function restored(text: string, find: (placeholder: string) => string | undefined): string {
  return text.includes(OPENING) ? text.replace(WHOLE, (placeholder) => find(placeholder) ?? placeholder) : text;
}

/**
 * Where an unfinished placeholder starts at the end of `text`; the text's length if there is none.
 */
export function partialAt(text: string): number {
  const from = Math.max(0, text.length - MAX_LENGTH);
  const found = text.slice(from).search(PARTIAL);
  return found < 0 ? text.length : from + found;
}
