// Patterns of paths and hosts with wildcards, matched in bounded time.

/**
 * A pattern of absolute paths. `*` matches within a segment, `**` across segments, and `~` at the
 * start any user's home.
 *
 * @example
 * pathPattern("/srv/app/*")("/srv/app/server"); // true
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const homes = ["/home/*", "/Users/*", "/root"];
  const patterns = pattern.startsWith("~/") ? homes.map((home) => home + pattern.slice(1)) : [pattern];
  const tests = patterns.map((one) => wildcard(one, "/"));
  return (path) => tests.some((test) => test(path));
}

/**
 * A pattern of hosts, without regard to case and a dot at the end. `*` matches any characters, so
 * `*.example` matches all names under `example`, but not `example`.
 */
export function hostPattern(pattern: string): (host: string) => boolean {
  const test = wildcard(hostKey(pattern), "");
  return (host) => test(hostKey(host));
}

/** A host in the form in which hosts are compared. */
export function hostKey(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** `*` does not match `separator`; `**` matches it too. */
function wildcard(pattern: string, separator: string): (text: string) => boolean {
  const tokens = pattern.match(/\*\*|./gsu) ?? [];
  const isStar = (token: string): boolean => token.startsWith("*");
  const first = tokens.findIndex(isStar);
  if (first === -1) return (text) => text === pattern;
  const last = tokens.findLastIndex(isStar);
  const prefix = tokens.slice(0, first).join("");
  const suffix = tokens.slice(last + 1).join("");
  const middle = new Automaton(tokens.slice(first, last + 1), separator);
  return (text) =>
    text.length >= prefix.length + suffix.length &&
    text.startsWith(prefix) &&
    text.endsWith(suffix) &&
    middle.matches(text.slice(prefix.length, text.length - suffix.length));
}

const WORD_BITS = 32;

/**
 * Tokens as a bit-parallel automaton: bit `i` of its state is set if the text so far matches the
 * first `i` tokens. A character takes some operations for each 32 tokens, whatever an attacker writes
 * into a path.
 */
class Automaton {
  readonly #length: number;
  readonly #words: number;
  readonly #separator: string;
  /** The tokens that are stars, and those of them that match the separator too. */
  readonly #stars: Uint32Array;
  readonly #deepStars: Uint32Array;
  /** For each character of the tokens, which of them it is. */
  readonly #chars = new Map<string, Uint32Array>();
  readonly #none: Uint32Array;

  constructor(tokens: readonly string[], separator: string) {
    this.#length = tokens.length;
    this.#words = Math.floor(tokens.length / WORD_BITS) + 1;
    this.#separator = separator;
    this.#stars = new Uint32Array(this.#words);
    this.#deepStars = new Uint32Array(this.#words);
    this.#none = new Uint32Array(this.#words);
    for (const [at, token] of tokens.entries()) {
      if (!token.startsWith("*")) set(this.#ofChar(token), at);
      else set(this.#stars, at);
      if (token === "**") set(this.#deepStars, at);
    }
  }

  #ofChar(char: string): Uint32Array {
    const known = this.#chars.get(char) ?? new Uint32Array(this.#words);
    this.#chars.set(char, known);
    return known;
  }

  matches(text: string): boolean {
    const state = new Uint32Array(this.#words);
    set(state, 0);
    this.#skipStars(state);
    for (const char of text) {
      const chars = this.#chars.get(char) ?? this.#none;
      const stars = char === this.#separator ? this.#deepStars : this.#stars;
      let carry = 0;
      let any = 0;
      for (let at = 0; at < this.#words; at++) {
        const word = state[at] ?? 0;
        const moved = word & (chars[at] ?? 0);
        const next = (moved << 1) | carry | (word & (stars[at] ?? 0));
        carry = moved >>> (WORD_BITS - 1);
        state[at] = next;
        any |= next;
      }
      if (any === 0) return false;
      this.#skipStars(state);
    }
    return ((state[Math.floor(this.#length / WORD_BITS)] ?? 0) & (1 << (this.#length % WORD_BITS))) !== 0;
  }

  /** A star also matches nothing. Rarely, several of them are in a row. */
  #skipStars(state: Uint32Array): void {
    let carry = 0;
    for (let at = 0; at < this.#words; at++) {
      const stars = this.#stars[at] ?? 0;
      for (let before = -1; before !== state[at]; ) {
        before = state[at] ?? 0;
        state[at] = before | ((before & stars) << 1) | carry;
      }
      carry = ((state[at] ?? 0) & stars) >>> (WORD_BITS - 1);
    }
  }
}

function set(bits: Uint32Array, at: number): void {
  const word = Math.floor(at / WORD_BITS);
  bits[word] = (bits[word] ?? 0) | (1 << (at % WORD_BITS));
}
