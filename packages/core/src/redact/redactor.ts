// The redactor: a stream that masks secrets, and streams that restore them.

import { JsonNumbers } from "./json-numbers.js";
import { Masker } from "./mask.js";
import { MaskedText } from "./masked-text.js";
import { Placeholders } from "./placeholder.js";
import { nameBefore } from "./restored-number.js";
import { type Restored, type RestoreOptions, Restorer, restoreAll, type SecretSource } from "./restorer.js";
import { Scanner, type ScanText, type Searched } from "./scanner.js";
import { formed } from "./secret-form.js";
import { textStream } from "./text-stream.js";

/** The most secrets that a redactor remembers, and the most UTF-16 units of all of them. */
const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_UNITS = 4 * 1024 * 1024;

/**
 * A stream that masks the secrets of the text that passes through it. The result does not depend on
 * where the text is cut into chunks.
 *
 * Text passes as soon as no text that follows can make it part of a secret, mostly at once; at most
 * 36 KiB of UTF-8 are held back. A secret of more than 32 KiB is masked as several. If only the end
 * of a match identifies it, as with the pattern `<.*>`, at most the last 32 KiB of it are masked.
 * Text that looks like a placeholder is masked too, with the kind `placeholder`, so that it is
 * restored unchanged.
 *
 * The first 10,000 secrets are remembered, at most 4 Mi UTF-16 units in total. Later secrets are
 * masked too, but cannot be restored. If the rule engine fails, the stream errors; no text passes
 * unmasked.
 *
 * @example
 * const redactor = sentry.createRedactor();
 * const answer = await send(prompt.pipeThrough(redactor));
 * answer.pipeThrough(redactor.restorer());
 */
export interface Redactor extends TransformStream<string, string> {
  /**
   * Restores the secrets that were masked so far in a text that comes in parts, also in placeholders
   * that are cut into chunks: piece by piece, or in `pipeThrough`. Placeholders in addresses, links
   * and tags stay, unless the masked text had the same ones.
   */
  restorer(options?: RestoreOptions): Restorer;
  /** Restores the secrets in a whole text. */
  restore(text: string): string;
  /** Restores what `options` asks for, and says what was restored and what stayed, and why. */
  restore(text: string, options: RestoreOptions): Restored;
}

export function createRedactor(scan: ScanText): Redactor {
  const scanner = new Scanner(scan, { placeholders: true });
  const placeholders = new Placeholders();
  const secrets = new Secrets();
  const numbers = new JsonNumbers();
  const names = new Map<string, string>();
  const masker = new Masker(
    (kind, secret) => {
      const placeholder = placeholders.next(kind);
      secrets.add(placeholder, secret());
      return placeholder;
    },
    (placeholder, before) => {
      if (names.size < MAX_REMEMBERED) names.set(placeholder, nameBefore(before));
    },
  );
  const masked = (part: Searched): string => masker.next(numbers.next(part));
  const own = new MaskedText();
  const isSecret = (placeholder: string): boolean => secrets.get(placeholder) !== undefined;
  const remembered = (text: string): string => {
    own.push(text, isSecret);
    return text;
  };
  const stream = textStream(
    (chunk) => remembered(scanner.push(chunk).map(masked).join("")),
    () => {
      const rest = remembered(scanner.end().map(masked).join(""));
      own.end(isSecret);
      return rest;
    },
  );
  const source: SecretSource = {
    originalOf(placeholder, form) {
      const secret = secrets.get(placeholder);
      // Nothing is known of the escapes of a stream: it is text.
      return secret === undefined || form !== "json" ? secret : formed(secret, form, false);
    },
    hadTarget: (whole) => own.hadTarget(whole),
    hadLookalike: (written) => own.hadLookalike(written),
    numbers: () => names,
  };
  function restore(text: string): string;
  function restore(text: string, options: RestoreOptions): Restored;
  function restore(text: string, options?: RestoreOptions): string | Restored {
    const all = restoreAll(text, source, options ?? {});
    return options === undefined ? all.text : all;
  }
  const restorer = (options: RestoreOptions = {}): Restorer => new Restorer(source, options);
  return Object.assign(stream, { restore, restorer });
}

/** Secrets by placeholder, up to a limit. */
class Secrets {
  readonly #secrets = new Map<string, string>();
  #units = 0;

  add(placeholder: string, secret: string): void {
    if (this.#secrets.size >= MAX_REMEMBERED || this.#units + secret.length > MAX_REMEMBERED_UNITS) return;
    this.#units += secret.length;
    // A copy: a slice would keep the whole text in memory.
    this.#secrets.set(placeholder, ` ${secret}`.slice(1));
  }

  get(placeholder: string): string | undefined {
    return this.#secrets.get(placeholder);
  }
}
