// What a masked text had by itself: addresses, links and tags with placeholders in them, and text
// that only looks like a placeholder.

import { type Found, MentionScanner } from "./mention-scanner.js";

/** The most UTF-16 units that are remembered. */
const MAX_UNITS = 1024 * 1024;

/** White space that JSON escapes: in a body, it ends an address as a space does. */
const ESCAPED_SPACE = /\\[nrt]/;
/** What may enclose an address, or follow it in a sentence. */
const AROUND: ReadonlySet<string> = new Set("\"'`()[]{}.,;:!?\\");

/** Remembers a masked text that comes in parts. */
export class MaskedText {
  readonly #scanner = new MentionScanner();
  readonly #targets = new Set<string>();
  readonly #lookalikes = new Set<string>();
  #units = 0;

  /** Remembers a whole text. */
  static of(text: string, isSecret: (placeholder: string) => boolean): MaskedText {
    const own = new MaskedText();
    own.push(text, isSecret);
    own.end(isSecret);
    return own;
  }

  /** `isSecret` says whether a placeholder stands for a secret, and is not a part of the text. */
  push(part: string, isSecret: (placeholder: string) => boolean): void {
    this.#take(this.#scanner.push(part), isSecret);
  }

  end(isSecret: (placeholder: string) => boolean): void {
    this.#take(this.#scanner.end(), isSecret);
  }

  hadTarget(whole: string): boolean {
    return this.#targets.has(bare(whole));
  }

  hadLookalike(written: string): boolean {
    return this.#lookalikes.has(written);
  }

  #take(found: readonly Found[], isSecret: (placeholder: string) => boolean): void {
    for (const piece of found) {
      if ("text" in piece) continue;
      const { mention, whole } = piece;
      const { placeholder, written } = mention;
      if (placeholder === undefined) continue;
      if (written !== placeholder) this.#remember(this.#lookalikes, written);
      if (whole === undefined || !isSecret(placeholder)) continue;
      this.#remember(this.#targets, bare(whole));
      for (const part of whole.split(ESCAPED_SPACE)) {
        if (part.includes(written)) this.#remember(this.#targets, bare(part));
      }
    }
  }

  #remember(texts: Set<string>, text: string): void {
    if (texts.has(text) || this.#units + text.length > MAX_UNITS) return;
    this.#units += text.length;
    // A copy: a slice would keep the whole text in memory.
    texts.add(` ${text}`.slice(1));
  }
}

/** A target without what may stand around it. */
function bare(whole: string): string {
  let [start, end] = [0, whole.length];
  while (start < end && AROUND.has(whole.charAt(start))) start++;
  while (end > start && AROUND.has(whole.charAt(end - 1))) end--;
  return whole.slice(start, end);
}
