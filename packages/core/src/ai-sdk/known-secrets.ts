// Finds further places of secrets that are known already, in a body that is JSON.

/** A place of a secret in a body. */
export interface SecretPlace {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** A place in a body that is JSON. */
export interface JsonPlace extends SecretPlace {
  /** Whether it is in a string; otherwise it is a number. */
  readonly isInString: boolean;
}

/** The UTF-16 units that a secret is looked up by, and so its least length. */
const PREFIX = 6;
const MAX_LENGTH = 256;
/** The most lengths of secrets with the same prefix, and the most secrets: the search stays linear. */
const MAX_LENGTHS = 8;
const MAX_SECRETS = 10_000;

/**
 * The places of secrets, and all others where one of these secrets is in the body again as a word
 * of its own. What only its label shows to be a secret may be without one there: in the answer of an
 * earlier turn, for example.
 */
export function allPlaces(body: string, places: readonly SecretPlace[]): JsonPlace[] {
  const kinds = new Map<string, string>();
  const lengths = new Map<string, number[]>();
  for (const { start, end, kind } of places) {
    const length = end - start;
    if (length < PREFIX || length > MAX_LENGTH || kinds.size >= MAX_SECRETS) continue;
    const secret = body.slice(start, end);
    if (kinds.has(secret)) continue;
    kinds.set(secret, kind);
    const prefix = secret.slice(0, PREFIX);
    const known = lengths.get(prefix) ?? [];
    if (known.length < MAX_LENGTHS && !known.includes(length)) known.push(length);
    // The longest first: a secret may begin with another one.
    lengths.set(
      prefix,
      known.sort((a, b) => b - a),
    );
  }
  const all: JsonPlace[] = [];
  const strings = new JsonStrings(body);
  let from = 0;
  const addUntil = (to: number): void => {
    for (const start of strings.wordStarts(from, to)) {
      if (start < (all.at(-1)?.end ?? 0)) continue;
      const length = lengths.get(body.slice(start, start + PREFIX))?.find((candidate) => {
        const end = start + candidate;
        return end <= to && kinds.has(body.slice(start, end)) && !isInWord(body, end);
      });
      if (length === undefined) continue;
      const end = start + length;
      all.push({ start, end, kind: kinds.get(body.slice(start, end)) ?? "", isInString: true });
    }
  };
  for (const place of places) {
    addUntil(place.start);
    all.push({ ...place, isInString: strings.isInString });
    from = place.end;
  }
  addUntil(body.length);
  return all;
}

/** Follows which parts of a JSON text are in strings. No place of a secret has the quote of a string. */
class JsonStrings {
  readonly #body: string;
  isInString = false;

  constructor(body: string) {
    this.#body = body;
  }

  /** The places between `from` and `to` in strings where no word goes on. */
  *wordStarts(from: number, to: number): Generator<number> {
    let wasWord = false;
    for (let at = from; at < to; at++) {
      const code = this.#body.charCodeAt(at);
      if (code === QUOTE) {
        this.isInString = !this.isInString;
        wasWord = false;
      } else if (this.isInString) {
        const isWord = isWordUnit(code);
        // In JSON in a string, the letter of an escape comes before the word.
        if (!(wasWord && isWord) || this.#body.charCodeAt(at - 2) === BACKSLASH) yield at;
        wasWord = isWord;
        if (code === BACKSLASH) at += this.#body.charCodeAt(at + 1) === LETTER_U ? 5 : 1;
      }
    }
  }
}

const [QUOTE, BACKSLASH, LETTER_U] = [0x22, 0x5c, 0x75];

function isInWord(body: string, at: number): boolean {
  return isWordUnit(body.charCodeAt(at - 1)) && isWordUnit(body.charCodeAt(at));
}

/** ASCII letters and digits. */
function isWordUnit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}
