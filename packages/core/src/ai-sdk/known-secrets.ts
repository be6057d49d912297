// Finds further places of secrets that are known already, in a body that is JSON.

/** A place of a secret in a body. */
export interface SecretPlace {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
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
export function allPlaces(body: string, places: readonly SecretPlace[]): SecretPlace[] {
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
  if (kinds.size === 0) return [...places];
  const all: SecretPlace[] = [];
  let from = 0;
  const addUntil = (to: number): void => {
    for (const start of wordStarts(body, from, to)) {
      if (start < (all.at(-1)?.end ?? 0)) continue;
      const length = lengths.get(body.slice(start, start + PREFIX))?.find((candidate) => {
        const end = start + candidate;
        return end <= to && kinds.has(body.slice(start, end)) && !isInWord(body, end);
      });
      if (length === undefined) continue;
      const end = start + length;
      all.push({ start, end, kind: kinds.get(body.slice(start, end)) ?? "" });
    }
  };
  for (const place of places) {
    addUntil(place.start);
    all.push(place);
    from = place.end;
  }
  addUntil(body.length);
  return all;
}

/** The places between `from` and `to` in strings of the JSON text where no word goes on. */
function* wordStarts(body: string, from: number, to: number): Generator<number> {
  // A place of a secret is inside of a string, and so is what follows it.
  let isInString = from > 0;
  let wasWord = false;
  for (let at = from; at < to; at++) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) {
      isInString = !isInString;
      wasWord = false;
    } else if (isInString) {
      const isWord = isWordUnit(code);
      if (!(wasWord && isWord)) yield at;
      wasWord = isWord;
      if (code === BACKSLASH) at += body.charCodeAt(at + 1) === LETTER_U ? 5 : 1;
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
