// Searching a text for secrets that comes in parts, with the same result as in one piece.

import type { Finds } from "../engine/finds.js";
import type { Scan, ScanPart } from "../engine/scan.js";
import { LOOK_BACK_BYTES, MAX_HELD_BYTES } from "../generated/boundary.js";

/** Searches a text for secrets. Throws if the search fails. */
export type ScanText = (text: string, part: ScanPart) => Scan;

/** A part of the text, with the secrets in it. No secret goes on in the next part. */
export interface Searched {
  readonly text: string;
  readonly finds: Finds;
}

/** The most UTF-16 units that are added before a scan. */
const MAX_PART = 1024 * 1024;
/** UTF-16 units of a match that was cut, which are kept as context. */
const HEAD = 1024;
/** Backslashes are not separated from what they escape, unless there are more of them than this. */
const MAX_ESCAPES = 1024;
/**
 * Held text is scanned again only after it has grown by this share: otherwise many short parts
 * would cost too much.
 */
const MIN_GROWTH = 1 / 8;

/**
 * Returns each part of a text as soon as no text that follows can change what is found in it. At
 * most 36 KiB of UTF-8 are held back; a secret of more than 32 KiB comes as several finds.
 */
export class Scanner {
  readonly #scan: ScanText;
  readonly #placeholders: boolean;
  /** Text that has not been returned yet. */
  #held = "";
  /** How much of it was part of the last scan. */
  #scanned = 0;
  /**
   * Context before it: the text returned last or, inside a secret that was cut, the secret's start.
   */
  #before = "";
  #isInside = false;

  constructor(scan: ScanText, { placeholders }: { readonly placeholders: boolean }) {
    this.#scan = scan;
    this.#placeholders = placeholders;
  }

  /** Takes the next part of the text. */
  push(part: string): Searched[] {
    const parts: Searched[] = [];
    this.#take(part, parts, false);
    return parts;
  }

  /** Takes the last part. */
  end(part = ""): Searched[] {
    const parts: Searched[] = [];
    this.#take(part, parts, true);
    return parts;
  }

  #take(part: string, parts: Searched[], isLast: boolean): void {
    let at = 0;
    for (; part.length - at > MAX_PART; at += MAX_PART) {
      this.#held += part.slice(at, at + MAX_PART);
      parts.push(this.#release(false));
    }
    this.#held += part.slice(at);
    const fresh = this.#held.length - this.#scanned;
    if (isLast || fresh > this.#scanned * MIN_GROWTH) parts.push(this.#release(isLast));
  }

  #release(isLast: boolean): Searched {
    const length = isLast ? this.#held.length : wholeLength(this.#held);
    const text = this.#held.slice(0, length);
    const before = this.#before.length;
    const from = this.#isInside ? 0 : before;
    const scan = this.#scan(this.#before + text, { from, isLast, placeholders: this.#placeholders });
    const finds = scan.finds.between(before, before + length);
    const stableUntil = Math.max(0, scan.stableUntil - before);
    const overlong = length - stableUntil > MAX_HELD_BYTES ? cutOf(finds, length - MAX_HELD_BYTES) : undefined;
    const end = overlong?.end ?? stableUntil;
    this.#held = this.#held.slice(end);
    this.#scanned = length - end;
    if (overlong?.start !== undefined) {
      const { start } = overlong;
      // A match that goes on since an earlier cut keeps its start.
      if (!this.#isInside || start > 0) this.#before = text.slice(Math.max(0, start - LOOK_BACK_BYTES)).slice(0, HEAD);
      this.#isInside = true;
    } else if (end > 0) {
      this.#before = `${this.#before}${text.slice(Math.max(0, end - LOOK_BACK_BYTES), end)}`.slice(-LOOK_BACK_BYTES);
      this.#isInside = false;
    }
    return { text: text.slice(0, end), finds: finds.between(0, end) };
  }
}

/** Where to cut: at `limit`, or at the end of the find that lies across it and has this `start`. */
function cutOf(finds: Finds, limit: number): { readonly end: number; readonly start?: number } {
  for (let find = 0; find < finds.count && finds.start(find) < limit; find++) {
    if (limit <= finds.end(find)) return { start: finds.start(find), end: finds.end(find) };
  }
  return { end: limit };
}

/**
 * The text's length without an incomplete end: the first unit of a surrogate pair, or an unfinished
 * escape.
 */
function wholeLength(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  if (last >= 0xd800 && last <= 0xdbff) return text.length - 1;
  const [digits = ""] = /(?:u[0-9A-Fa-f]{0,3})?$/.exec(text.slice(-4)) ?? [];
  let end = text.length - digits.length;
  if (digits !== "" && text.charCodeAt(end - 1) !== 0x5c) return text.length;
  while (text.charCodeAt(end - 1) === 0x5c) end--;
  return text.length - end > MAX_ESCAPES ? text.length : end;
}
