// Finds placeholders in a text that comes in parts, and where each of them is.

import { type Mention, mentionsIn, partialAt } from "./placeholder.js";
import { type Surrounding, Surroundings, type Target } from "./surroundings.js";

/** The most UTF-16 units of a target that are held back, until its end is there. */
const MAX_TARGET = 32 * 1024;
/** The UTF-16 units before the present place that are kept, for the names of hosts. */
const CONTEXT = 128;

export interface FoundMention {
  readonly mention: Mention;
  /** Where it is; absent in ordinary text. */
  readonly target?: Target;
  /** The whole address, link or tag; absent if it is too long. */
  readonly whole?: string;
}

/** A part of a text: other text, or a mention. */
export type Found = { readonly text: string } | FoundMention;

/**
 * Returns each part of a text as soon as no text that follows can change it: up to 240 UTF-16 units
 * are held back for a mention, and up to 32 Ki for the end of a target with a mention in it.
 */
export class MentionScanner {
  /** What has been returned lately, and what is held. */
  #text = "";
  /** Where the held text starts. */
  #at = 0;
  #surroundings = new Surroundings();
  /** The target whose end is looked for, how far, and with which state. */
  #open: { readonly surrounding: Surrounding; readonly ahead: Surroundings; at: number } | undefined;
  /** The last target whose end has been found, or that is too long. */
  #closed: (Surrounding & { readonly end: number | undefined }) | undefined;

  push(part: string): Found[] {
    this.#text += part;
    return this.#release(partialAt(this.#text), false);
  }

  end(): Found[] {
    return this.#release(this.#text.length, true);
  }

  #release(limit: number, isLast: boolean): Found[] {
    const found: Found[] = [];
    if (this.#open !== undefined && this.#endOf(this.#open.surrounding, this.#at, limit, isLast) === "unknown") {
      return found;
    }
    const held = this.#text.slice(this.#at, limit);
    const start = this.#at;
    for (const local of mentionsIn(held)) {
      const mention = { ...local, start: start + local.start, end: start + local.end };
      this.#pass(mention.start, found);
      const { surrounding } = this.#surroundings;
      if (surrounding === undefined) found.push({ mention });
      else {
        const end = this.#endOf(surrounding, mention.start, limit, isLast);
        if (end === "unknown") {
          this.#trim();
          return found;
        }
        const whole = end === undefined ? undefined : this.#text.slice(surrounding.start, end);
        found.push({ mention, target: surrounding.target, ...(whole !== undefined && { whole }) });
      }
      this.#surroundings.read(this.#text, mention.start, mention.end);
      this.#at = mention.end;
    }
    this.#pass(limit, found);
    this.#trim();
    return found;
  }

  /** Returns the text up to a place as ordinary text. */
  #pass(to: number, found: Found[]): void {
    if (to <= this.#at) return;
    found.push({ text: this.#text.slice(this.#at, to) });
    this.#surroundings.read(this.#text, this.#at, to);
    this.#at = to;
  }

  /** Where a target ends; `undefined` if it is too long, `"unknown"` if more text can tell. */
  #endOf(surrounding: Surrounding, from: number, limit: number, isLast: boolean): number | undefined | "unknown" {
    const { target, start } = surrounding;
    if (this.#closed?.target === target && this.#closed.start === start) return this.#closed.end;
    if (this.#open?.surrounding.target !== target || this.#open.surrounding.start !== start) {
      this.#open = { surrounding, ahead: this.#surroundings.clone(), at: from };
    }
    const { ahead } = this.#open;
    let { at } = this.#open;
    for (; at < limit && at - start <= MAX_TARGET && ahead.isIn(surrounding); at++) ahead.read(this.#text, at, at + 1);
    this.#open.at = at;
    const isOver = !ahead.isIn(surrounding);
    const isTooLong = at - start > MAX_TARGET;
    if (!isOver && !isLast && !isTooLong) return "unknown";
    const end = isTooLong ? undefined : isOver ? at - 1 : at;
    this.#open = undefined;
    this.#closed = { ...surrounding, end };
    return end;
  }

  /** Forgets text that neither a target nor the name of a host may need. */
  #trim(): void {
    const needed = Math.max(this.#surroundings.earliest, this.#at - MAX_TARGET);
    const from = Math.min(needed, this.#at - CONTEXT);
    if (from < CONTEXT) return;
    this.#text = this.#text.slice(from);
    this.#at -= from;
    this.#surroundings.shift(from);
    this.#closed = this.#closed && {
      ...this.#closed,
      start: this.#closed.start - from,
      end: moved(this.#closed.end, from),
    };
    if (this.#open !== undefined) {
      const { surrounding: open, ahead, at } = this.#open;
      ahead.shift(from);
      this.#open = { surrounding: { ...open, start: open.start - from }, ahead, at: at - from };
    }
  }
}

function moved(place: number | undefined, by: number): number | undefined {
  return place === undefined ? undefined : place - by;
}
