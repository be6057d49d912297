// The redactor: a stream that masks secrets, and streams that restore them.

import { Placeholders, partialAt, restored } from "./placeholder.js";
import { type Piece, Scanner, type ScanText } from "./scanner.js";

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
   * A stream that restores the secrets that were masked so far, also in placeholders that are cut
   * into chunks. Reusable.
   */
  restorer(): TransformStream<string, string>;
  /** Restores the secrets in a whole text. */
  restore(text: string): string;
}

export function createRedactor(scan: ScanText): Redactor {
  const scanner = new Scanner(scan, { placeholders: true });
  const placeholders = new Placeholders();
  const secrets = new Secrets();
  const masked = ({ text, kind }: Piece): string => {
    if (kind === undefined) return text;
    const placeholder = placeholders.next(kind);
    secrets.add(placeholder, text);
    return placeholder;
  };
  const stream = textStream(
    (chunk) => scanner.push(chunk).map(masked).join(""),
    () => scanner.end().map(masked).join(""),
  );
  const restore = (text: string): string => restored(text, (placeholder) => secrets.get(placeholder));
  return Object.assign(stream, { restore, restorer: () => restoringStream(restore) });
}

function restoringStream(restore: (text: string) => string): TransformStream<string, string> {
  let held = "";
  return textStream(
    (chunk) => {
      const text = held + chunk;
      const end = partialAt(text);
      held = text.slice(end);
      return restore(text.slice(0, end));
    },
    () => restore(held),
  );
}

/** A stream of strings: one string for each chunk, none if it is empty. */
function textStream(transform: (chunk: string) => string, flush: () => string): TransformStream<string, string> {
  const enqueue = (text: string, controller: TransformStreamDefaultController<string>): void => {
    if (text !== "") controller.enqueue(text);
  };
  return new TransformStream<string, string>({
    transform(chunk, controller) {
      if (typeof chunk !== "string") throw new TypeError("the stream takes strings: decode bytes first");
      enqueue(transform(chunk), controller);
    },
    flush: (controller) => enqueue(flush(), controller),
  });
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
