// Secrets in a text that comes in parts: found as they would be in one piece.

import type { Find, Scan, ScanPart } from "../engine/scan.js";

/** Looks for secrets; throws where that failed, so that nothing is known of the text. */
export type ScanText = (text: string, part: ScanPart) => Scan;

/** A part of the text: a secret of a kind, or what is none. */
export interface Piece {
  readonly text: string;
  readonly kind?: string;
}

/** UTF-16 units that are scanned at once. */
const AT_ONCE = 1024 * 1024;
/** The core holds no more bytes back for a match that might begin; a longer match is cut into several. */
const HOLD = 32 * 1024;
/** What the core may look at before a match, and of a match that is cut so that it goes on. */
const LOOK_BACK = 256;
const HEAD = 1024;
/** Backslashes are not parted from what they escape; a longer run of them is. */
const MAX_ESCAPES = 1024;
/** So much must have come anew, as a share of what is held back, before that is scanned again: short parts would cost a lot. */
const SHARE = 1 / 8;

/**
 * Gives each part of a text as soon as nothing that follows can change what it is. At most 36 KiB of UTF-8 are held back; a secret of
 * more than 32 KiB comes as several.
 */
export class Scanner {
  readonly #scan: ScanText;
  readonly #placeholders: boolean;
  /** Text that has not been given. */
  #held = "";
  /** How much of it was scanned last. */
  #scanned = 0;
  /** Text before it: what was given last or, within a secret that goes on, how that began. */
  #before = "";
  #isInside = false;

  constructor(scan: ScanText, { placeholders }: { readonly placeholders: boolean }) {
    this.#scan = scan;
    this.#placeholders = placeholders;
  }

  /** Takes the next part of the text. */
  push(part: string): Piece[] {
    const pieces: Piece[] = [];
    this.#take(part, pieces, false);
    return pieces;
  }

  /** Takes the last part. */
  end(part = ""): Piece[] {
    const pieces: Piece[] = [];
    this.#take(part, pieces, true);
    return pieces;
  }

  #take(part: string, pieces: Piece[], isLast: boolean): void {
    let at = 0;
    for (; part.length - at > AT_ONCE; at += AT_ONCE) {
      this.#held += part.slice(at, at + AT_ONCE);
      this.#settle(pieces, false);
    }
    this.#held += part.slice(at);
    const fresh = this.#held.length - this.#scanned;
    if (isLast || fresh > this.#scanned * SHARE) this.#settle(pieces, isLast);
  }

  #settle(pieces: Piece[], isLast: boolean): void {
    const length = isLast ? this.#held.length : wholeLength(this.#held);
    const text = this.#held.slice(0, length);
    const { finds, settled } = this.#look(text, isLast);
    const overlong = length - settled > HOLD ? cutOf(finds, length - HOLD) : undefined;
    const end = overlong?.end ?? settled;
    let at = 0;
    for (const find of finds) {
      if (find.start >= end) break;
      if (find.start > at) pieces.push({ text: text.slice(at, find.start) });
      pieces.push({ text: text.slice(find.start, find.end), kind: find.kind });
      at = find.end;
    }
    if (end > at) pieces.push({ text: text.slice(at, end) });
    this.#held = this.#held.slice(end);
    this.#scanned = length - end;
    if (overlong?.find !== undefined) {
      const { start } = overlong.find;
      // What goes on since an earlier cut keeps its beginning.
      if (!this.#isInside || start > 0) this.#before = text.slice(Math.max(0, start - LOOK_BACK)).slice(0, HEAD);
      this.#isInside = true;
    } else if (end > 0) {
      this.#before = `${this.#before}${text.slice(Math.max(0, end - LOOK_BACK), end)}`.slice(-LOOK_BACK);
      this.#isInside = false;
    }
  }

  /** What is found in `text`, in its own units. */
  #look(text: string, isLast: boolean): Scan {
    const before = this.#before.length;
    const from = this.#isInside ? 0 : before;
    const { finds, settled } = this.#scan(this.#before + text, { from, isLast, placeholders: this.#placeholders });
    const own = finds.filter(({ end }) => end > before);
    return {
      finds: own.map(({ start, end, kind }) => ({ start: Math.max(0, start - before), end: end - before, kind })),
      settled: Math.max(0, settled - before),
    };
  }
}

/** Where to cut, before `limit` or at the end of the find that lies across it. */
function cutOf(finds: readonly Find[], limit: number): { readonly end: number; readonly find?: Find } {
  const across = finds.find(({ start, end }) => start < limit && limit <= end);
  return across === undefined ? { end: limit } : { end: across.end, find: across };
}

/** The text's length without what is only half there: the first unit of a pair, and an escape at its end. */
function wholeLength(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  if (last >= 0xd800 && last <= 0xdbff) return text.length - 1;
  const [digits = ""] = /(?:u[0-9A-Fa-f]{0,3})?$/.exec(text.slice(-4)) ?? [];
  let end = text.length - digits.length;
  if (digits !== "" && text.charCodeAt(end - 1) !== 0x5c) return text.length;
  while (text.charCodeAt(end - 1) === 0x5c) end--;
  return text.length - end > MAX_ESCAPES ? text.length : end;
}
