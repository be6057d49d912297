// Secrets that are known already: further places of them, where nothing else gives them away.

import type { Finds, NamedPlace } from "../engine/finds.js";

/** The UTF-16 units that a secret is looked up by, and so its least length. */
const PREFIX = 6;
const MAX_LENGTH = 256;
/** The most lengths of secrets with the same prefix, and the most secrets: the search stays linear. */
const MAX_LENGTHS = 8;
const MAX_SECRETS = 10_000;
/** A secret that is like a word or a number is looked up from these lengths on. */
const MIN_WORD = 12;
const MIN_DIGITS = 8;
/** So few secrets are looked up one by one, by the search of the runtime. */
const FEW = 8;
/** The number of bits for the first units of secrets. */
const FILTER_BITS = 1 << 12;

/**
 * Secrets of a body and of those before it: at most 10,000 of at most 256 UTF-16 units, the latest.
 * It holds them: do not log it.
 */
export class KnownSecrets {
  readonly #kinds = new Map<string, string>();
  readonly #lengths = new Map<string, number[]>();
  /** Whether a secret may begin with two units. Most places of a text are decided by it. */
  readonly #filter = new Uint8Array(FILTER_BITS);

  /** The secrets of a text, and those known before it. */
  static of(text: string, finds: Finds, before: KnownSecrets | undefined): KnownSecrets | undefined {
    if (finds.count === 0) return before;
    const known = new KnownSecrets();
    for (let find = 0; find < finds.count && known.#kinds.size < MAX_SECRETS; find++) {
      const [start, end] = [finds.start(find), finds.end(find)];
      if (end - start > MAX_LENGTH) continue;
      for (const form of formsOf(text.slice(start, end))) known.#add(form, finds.kind(find));
    }
    if (before !== undefined) for (const [secret, kind] of before.#kinds) known.#add(secret, kind);
    return known;
  }

  /** The finds in a text, with all places where a secret is a word of its own. */
  allIn(text: string, finds: Finds): Finds {
    if (this.#kinds.size === 0) return finds;
    const places: NamedPlace[] = [];
    let [next, end] = [0, 0];
    for (const start of this.#kinds.size <= FEW ? this.#startsOfFew(text) : this.#startsOfMany(text)) {
      if (start < end) continue;
      while (next < finds.count && finds.end(next) <= start) next++;
      const isIn = next < finds.count && finds.start(next) <= start;
      if (isIn && finds.start(next) === start) {
        end = finds.end(next);
        continue;
      }
      const length = this.#lengthAt(text, start);
      if (length === undefined) continue;
      end = start + length;
      if (isIn && end <= finds.end(next)) continue;
      places.push({ start, end, kind: this.#kinds.get(text.slice(start, end)) ?? "" });
    }
    return finds.with(places);
  }

  /** Places in order where a secret may begin. */
  #startsOfFew(text: string): number[] {
    const starts: number[] = [];
    for (const secret of this.#kinds.keys()) {
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) starts.push(at);
    }
    return starts.sort((a, b) => a - b);
  }

  #startsOfMany(text: string): number[] {
    const starts: number[] = [];
    const filter = this.#filter;
    let last = text.charCodeAt(0);
    for (let at = 1; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (filter[hashOf(last, unit)] === 1) starts.push(at - 1);
      last = unit;
    }
    return starts;
  }

  /** The length of the secret that begins at a place, as a word of its own. */
  #lengthAt(text: string, start: number): number | undefined {
    if (!isWordStart(text, start)) return undefined;
    return this.#lengths.get(text.slice(start, start + PREFIX))?.find((length) => {
      const end = start + length;
      return !isInWord(text, end) && this.#kinds.has(text.slice(start, end));
    });
  }

  #add(secret: string, kind: string): void {
    if (this.#kinds.has(secret) || this.#kinds.size >= MAX_SECRETS || !isDistinct(secret)) return;
    // A copy: a slice would keep the whole text in memory.
    this.#kinds.set(` ${secret}`.slice(1), kind);
    const prefix = ` ${secret.slice(0, PREFIX)}`.slice(1);
    const known = this.#lengths.get(prefix) ?? [];
    if (known.length < MAX_LENGTHS && !known.includes(secret.length)) known.push(secret.length);
    // The longest first: a secret may begin with another one.
    this.#lengths.set(
      prefix,
      known.sort((a, b) => b - a),
    );
    this.#filter[hashOf(secret.charCodeAt(0), secret.charCodeAt(1))] = 1;
  }
}

/** A secret as it is written in JSON, and in JSON in JSON. */
function formsOf(secret: string): string[] {
  if (!/["\\]/.test(secret)) return [secret];
  const forms = [secret];
  const escaped = JSON.stringify(secret).slice(1, -1);
  forms.push(escaped);
  try {
    forms.push(JSON.parse(`"${secret}"`) as string);
  } catch {
    // Not a part of a JSON string.
  }
  return forms;
}

/** Whether a text is hardly a word, which digits may follow, or a number that means something else. */
function isDistinct(secret: string): boolean {
  if (secret.length < PREFIX) return false;
  if (/^\d+$/.test(secret)) return secret.length >= MIN_DIGITS;
  return secret.length >= MIN_WORD || !/^[a-z._/:-]+\d{0,4}$/i.test(secret);
}

function hashOf(first: number, second: number): number {
  return (first * 31 + second) & (FILTER_BITS - 1);
}

/** Whether no word goes on at a place. The letter of an escape in JSON comes before a word. */
function isWordStart(text: string, at: number): boolean {
  return !isInWord(text, at) || text.charCodeAt(at - 2) === BACKSLASH;
}

const BACKSLASH = 0x5c;

function isInWord(text: string, at: number): boolean {
  return isWordUnit(text.charCodeAt(at - 1)) && isWordUnit(text.charCodeAt(at));
}

/** ASCII letters and digits. */
function isWordUnit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}
