// Puts secrets back in the place of their placeholders, in a text that comes in parts.

import { type Found, type FoundMention, MentionScanner } from "./mention-scanner.js";
import { NumberPlaces } from "./restored-number.js";
import type { Target } from "./surroundings.js";
import { PushedText } from "./text-stream.js";

/**
 * What a placeholder may be in, so that the secret would go to somebody: a web address, the target
 * of a Markdown link or image, an HTML tag, or the arguments of a tool that the model calls.
 */
export type RestorePlace = Target | "argument";

/** What is restored, and in which form. */
export interface RestoreOptions {
  /** Only secrets of these kinds. Default: all. */
  readonly kinds?: readonly string[];
  /** Only these placeholders. Default: all. */
  readonly only?: readonly string[];
  /**
   * Where placeholders are restored too. By default they stay in these places, since a model that
   * follows somebody's text could send a secret there: except in an address, link or tag that the
   * masked text had, too.
   */
  readonly inside?: readonly RestorePlace[];
  /**
   * `"masked"`, the default: as it was in the body. `"text"`: without the escapes of JSON, if the
   * body was JSON. `"json"`: with the escapes of a JSON string.
   */
  readonly form?: "masked" | "text" | "json";
}

/** A secret in a restored text. `start` and `end` count UTF-16 units of that text. */
export interface RestoredPlace {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly placeholder: string;
}

/** A placeholder that stays in a restored text. */
export interface KeptPlace {
  readonly start: number;
  readonly end: number;
  /** As the text has it: a model may have rewritten it. */
  readonly written: string;
  /**
   * Where it is, if that is why it stays; `"not-asked"` for another kind or placeholder than asked
   * for; `"unknown"` if it stands for no secret; `"unclear"` if it was rewritten beyond recognition.
   */
  readonly why: RestorePlace | "not-asked" | "unknown" | "unclear";
}

/** A restored text, with its places. It holds secrets: do not log it. */
export interface Restored {
  readonly text: string;
  readonly restored: readonly RestoredPlace[];
  readonly kept: readonly KeptPlace[];
}

/** The secrets of a masked text. */
export interface SecretSource {
  /** The secret of a placeholder, in a form. */
  originalOf(placeholder: string, form: NonNullable<RestoreOptions["form"]>): string | undefined;
  /** Whether the masked text has this address, link or tag, or this text that looks like a placeholder. */
  hadTarget(whole: string): boolean;
  hadLookalike(written: string): boolean;
  /** By placeholder, the names of the secrets that are numbers of JSON: see {@link nameBefore}. */
  numbers(): ReadonlyMap<string, string>;
}

/** The most places that are remembered of each list. */
const MAX_PLACES = 10_000;

/**
 * Restores a text in parts: text is given out as soon as no text that follows can change it. At most
 * 240 UTF-16 units are held back, and behind a placeholder in an address, link or tag the text up to
 * its end, at most 32 Ki. The result does not depend on the parts.
 *
 * As a pair of `readable` and `writable` it works in `pipeThrough`.
 *
 * @example
 * const restorer = wire.restorer();
 * for await (const part of answer) process.stdout.write(restorer.push(part));
 * process.stdout.write(restorer.end());
 */
export class Restorer extends PushedText {
  readonly #source: SecretSource;
  readonly #options: RestoreOptions;
  readonly #scanner = new MentionScanner();
  readonly #numbers = new NumberPlaces();
  readonly #restored: RestoredPlace[] = [];
  readonly #kept: KeptPlace[] = [];
  #length = 0;

  /** @internal */
  constructor(source: SecretSource, options: RestoreOptions) {
    super();
    this.#source = source;
    this.#options = options;
  }

  /** Takes the next part; returns the text that is certain. */
  override push(part: string): string {
    if (typeof part !== "string") throw new TypeError("the restorer takes strings: decode bytes first");
    return this.#texts(this.#withNumbers(this.#scanner.push(part)));
  }

  /** Returns the rest. Parts that are pushed later begin behind it. */
  override end(): string {
    return this.#texts([...this.#withNumbers(this.#scanner.end()), ...this.#numbers.end()]);
  }

  /** The secrets that were put back so far: the first 10,000, with places in all of the text. */
  get restored(): readonly RestoredPlace[] {
    return this.#restored;
  }

  /** The placeholders that stayed so far: the first 10,000. */
  get kept(): readonly KeptPlace[] {
    return this.#kept;
  }

  #withNumbers(found: readonly Found[]): Found[] {
    const numbers = this.#source.numbers();
    return this.#numbers.next(found, numbers.size > 0, (mention) => {
      const name = numbers.get(mention.mention.placeholder ?? "");
      return name === undefined || this.#keeps(mention) !== undefined ? undefined : name;
    });
  }

  #texts(found: readonly Found[]): string {
    let texts = "";
    for (const piece of found) {
      const text = "text" in piece ? piece.text : this.#textOf(piece);
      this.#length += text.length;
      texts += text;
    }
    return texts;
  }

  #textOf(found: FoundMention): string {
    const { written, placeholder, kind } = found.mention;
    const why = this.#keeps(found);
    const original = why === undefined ? this.#originalOf(placeholder) : undefined;
    if (original === undefined || placeholder === undefined || kind === undefined) {
      const place = { start: this.#length, end: this.#length + written.length, written, why: why ?? "unknown" };
      add(this.#kept, place);
      return written;
    }
    // In an address, a placeholder that was percent-encoded stands for what was encoded with it.
    const isEncoded = found.target !== undefined && written.startsWith("%");
    const text = isEncoded ? percentEncoded(original) : original;
    add(this.#restored, { start: this.#length, end: this.#length + text.length, kind, placeholder });
    return text;
  }

  /** Why a placeholder stays; `undefined` if it is restored. */
  #keeps({ mention, target, whole }: FoundMention): KeptPlace["why"] | undefined {
    const { written, placeholder, kind } = mention;
    const { kinds, only, inside = [] } = this.#options;
    if (placeholder === undefined || kind === undefined) return "unclear";
    if (this.#originalOf(placeholder) === undefined || this.#source.hadLookalike(written)) return "unknown";
    if ((kinds && !kinds.includes(kind)) || (only && !only.includes(placeholder))) return "not-asked";
    const isOwn = whole !== undefined && this.#source.hadTarget(whole);
    return target !== undefined && !isOwn && !inside.includes(target) ? target : undefined;
  }

  #originalOf(placeholder: string | undefined): string | undefined {
    return placeholder === undefined ? undefined : this.#source.originalOf(placeholder, this.#options.form ?? "masked");
  }
}

/** A text with half of a surrogate pair has no encoding: it stays as it is. */
function percentEncoded(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text : encodeURIComponent(text);
}

function add<Place>(places: Place[], place: Place): void {
  if (places.length < MAX_PLACES) places.push(place);
}

/** Restores a whole text. */
export function restoreAll(text: string, source: SecretSource, options: RestoreOptions): Restored {
  const restorer = new Restorer(source, options);
  const restoredText = restorer.push(text) + restorer.end();
  return { text: restoredText, restored: restorer.restored, kept: restorer.kept };
}
