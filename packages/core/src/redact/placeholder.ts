// Placeholders, which replace masked secrets: `{{A3S_REDACTED:<kind>:<n>}}`. Models rewrite them.

const OPENING = "{{A3S_REDACTED:";
const WHOLE = /\{\{A3S_REDACTED:([\w.-]{1,64}):([1-9]\d{0,14})\}\}/g;

/** Secrets by placeholder. Do not log it. */
export type Restores = Readonly<Record<string, string>>;

/** Makes placeholders, numbered from 1 for each kind. */
export class Placeholders {
  readonly #kinds = new Map<string, { last: number; readonly taken: Set<number> }>();

  /** Skips placeholders that `text` already contains. */
  constructor(text = "") {
    if (!text.includes(OPENING)) return;
    for (const [, kind = "", number] of text.matchAll(WHOLE)) this.#of(kind).taken.add(Number(number));
  }

  next(kind: string): string {
    const of = this.#of(kind);
    do of.last++;
    while (of.taken.has(of.last));
    return placeholderOf(kind, of.last);
  }

  #of(kind: string): { last: number; readonly taken: Set<number> } {
    let known = this.#kinds.get(kind);
    if (known === undefined) {
      known = { last: 0, taken: new Set() };
      this.#kinds.set(kind, known);
    }
    return known;
  }
}

export function placeholderOf(kind: string, number: number | string): string {
  return `${OPENING}${kind}:${number}}}`;
}

/** A text that is a placeholder, or was one before a model rewrote it. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  /** How it is written. */
  readonly written: string;
  /** The placeholder that it means; absent if that is not clear. */
  readonly placeholder?: string;
  readonly kind?: string;
}

/** A part of a mention, and the number of times that it may occur. */
type Part = readonly [pattern: string, repeats: string];

const SPACES: Part = ["[ \\t]", "{0,3}"];
const NAME: readonly Part[] = [...parts("A3S"), ["\\\\", "?"], ["[_ -]", "?"], ...parts("REDACTED")];
/** A name, a kind, whose words may be escaped, and a number, between what opens and closes them. */
const enclosed = (open: string, close: string, colon = ":"): readonly Part[] => [
  ...parts(open),
  SPACES,
  ...NAME,
  SPACES,
  ...parts(colon),
  SPACES,
  ["(?:\\\\?[\\w.-])", "{1,80}"],
  ["\\\\", "?"],
  SPACES,
  ...parts(colon),
  SPACES,
  ["\\d", "{1,15}"],
  SPACES,
  ...parts(close),
];
/** Braces, brackets, percent-encoding, entities of HTML, and nothing: of this, nobody knows where it ends. */
const FORMS = [
  enclosed("{{", "}}"),
  enclosed("\\{\\{", "\\}\\}"),
  enclosed("{", "}"),
  enclosed("\\{", "\\}"),
  enclosed("[[", "]]"),
  enclosed("[", "]"),
  enclosed("\\[", "\\]"),
  enclosed("%7B%7B", "%7D%7D", "%3A"),
  enclosed("%7B%7B", "%7D%7D"),
  enclosed("&#123;&#123;", "&#125;&#125;"),
  enclosed("&#x7B;&#x7B;", "&#x7D;&#x7D;"),
  NAME,
];
const MENTION = new RegExp(FORMS.map((form) => form.map((part) => part.join("")).join("")).join("|"), "gi");
const PARTS = /(?::|%3A)[ \t]*([\w.\\-]+)[ \t]*(?::|%3A)[ \t]*(\d+)/i;
/** The start of a mention at the end of a text. */
const PARTIAL = new RegExp(`(?:${FORMS.map(partial).join("|")})$`, "i");
/** The same without anything that opens it. */
const PARTIAL_NAME = new RegExp(`${partial(NAME)}$`, "i");
/** The most UTF-16 units of a mention, and of its name. */
const MAX_LENGTH = 240;
const MAX_NAME_LENGTH = NAME.length;

function parts(text: string): Part[] {
  return [...text].map((unit) => [/\w/.test(unit) ? unit : `\\${unit}`, ""]);
}

/** A pattern of all texts that begin the form, and do not end it. */
function partial(form: readonly Part[]): string {
  return form
    .slice(0, -1)
    .reduceRight((rest, [pattern, repeats]) => `(?:${pattern})${repeats.replace(/\{\d/, "{0")}(?:${rest})?`, "");
}

/** The mentions in a text, in order. */
export function* mentionsIn(text: string): Generator<Mention> {
  // The only digit of the name. Most parts of a stream have none.
  if (!text.includes("3")) return;
  for (const { 0: written, index: start } of text.matchAll(MENTION)) {
    const [, kind, number] = PARTS.exec(written) ?? [];
    const at = { start, end: start + written.length, written };
    if (kind === undefined || number === undefined) yield at;
    else {
      const plain = kind.replaceAll("\\", "");
      yield { ...at, placeholder: placeholderOf(plain, number), kind: plain };
    }
  }
}

/** The letters of which each placeholder has some: models write its name in one case. */
export const PLACEHOLDER_LETTERS = ["EDACTED", "edacted"] as const;

/**
 * Whether a text has a placeholder, also one that a model cut or rewrote. The name alone, as in the
 * pattern of a rule, is none.
 *
 * @example
 * hasPlaceholder("to {{A3S_REDACTED:email:1}}"); // true
 */
export function hasPlaceholder(text: string): boolean {
  // Nearly no text has it, and a pattern takes ten times longer.
  if (!PLACEHOLDER_LETTERS.some((letters) => text.includes(letters))) return false;
  if (text.includes(OPENING.slice(2))) return true;
  for (const { placeholder } of mentionsIn(text)) if (placeholder !== undefined) return true;
  return false;
}

/** Where an unfinished mention starts at the end of `text`; the text's length if there is none. */
export function partialAt(text: string): number {
  // No unfinished mention has both braces of its end.
  const ended = text.lastIndexOf("}}");
  const start = Math.max(ended < 0 ? 0 : ended + 2, text.length - MAX_LENGTH);
  const last = text.slice(start);
  const isPlain = !/[{[\\%&]/.test(last);
  const from = isPlain ? Math.max(start, text.length - MAX_NAME_LENGTH) : start;
  const found = isPlain ? text.slice(from).search(PARTIAL_NAME) : last.search(PARTIAL);
  return found < 0 ? text.length : from + found;
}
