// Masking a text that streams by, and putting back what was masked.

import { Placeholders, partialAt, restored } from "./placeholder.js";
import { type Piece, Scanner, type ScanText } from "./scanner.js";

/** Secrets that a redactor remembers, and their UTF-16 units together. */
const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_UNITS = 4 * 1024 * 1024;

/**
 * Masks the secrets of a text that streams through it, also those that lie across chunks. How the text is cut into chunks
 * changes nothing.
 *
 * Text goes on as soon as nothing that follows can make it part of a secret, mostly at once; at most 36 KiB of UTF-8 are held back.
 * A secret of more than 32 KiB is masked as several. Of one that only its end tells from other text, such as by a pattern `<.*>`, no
 * more than the last 32 KiB before that are masked. Text that looks like a placeholder is masked too, with the kind `placeholder`, so
 * that it comes back as it was.
 *
 * The first 10,000 secrets are remembered, of 4 Mi UTF-16 units together at most. Later ones are masked all the same, and do not come
 * back. If the rule engine fails, the stream errors; nothing passes unmasked.
 */
export interface Redactor extends TransformStream<string, string> {
  /** A stream that puts back what this one has masked so far, also where a placeholder lies across chunks. As many as wanted. */
  restorer(): TransformStream<string, string>;
  /** The same for a whole text. */
  restore(text: string): string;
}

export function redactor(scan: ScanText): Redactor {
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
  return Object.assign(stream, { restore, restorer: () => restorer(restore) });
}

function restorer(restore: (text: string) => string): TransformStream<string, string> {
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

/** A stream of text, one piece for a chunk unless that is empty. */
function textStream(transform: (chunk: string) => string, flush: () => string): TransformStream<string, string> {
  const give = (text: string, controller: TransformStreamDefaultController<string>): void => {
    if (text !== "") controller.enqueue(text);
  };
  return new TransformStream<string, string>({
    transform(chunk, controller) {
      if (typeof chunk !== "string") throw new TypeError("a stream of text takes strings: decode bytes first");
      give(transform(chunk), controller);
    },
    flush: (controller) => give(flush(), controller),
  });
}

/** Secrets by their placeholders, the first so many. */
class Secrets {
  readonly #secrets = new Map<string, string>();
  #units = 0;

  add(placeholder: string, secret: string): void {
    if (this.#secrets.size >= MAX_REMEMBERED || this.#units + secret.length > MAX_REMEMBERED_UNITS) return;
    this.#units += secret.length;
    // A part of a longer text would keep all of that in memory.
    this.#secrets.set(placeholder, ` ${secret}`.slice(1));
  }

  get(placeholder: string): string | undefined {
    return this.#secrets.get(placeholder);
  }
}
