// Lines of events in, audit lines out: all of judging and auditing that needs no other thread, file or clock.

import type { Action, EventStream, StreamCounters, StreamItem, StreamSource } from "@a3s-sentry/core";
import { LINE_END, lineStart } from "./audit.js";
import { type FailModeSentry, Rulings } from "./rulings.js";
import { Sheet } from "./sheet.js";
import { linesOf, type Stretch } from "./stretch.js";

/** Bytes that cross to the engine at once: few enough to stay in a core's own cache while they are judged. */
const PIECE_BYTES = 64 * 1024;

/** A block whose target a deny-file is to hold. What comes of it belongs into its audit line. */
export interface Due {
  /** Where in the lines, in bytes. */
  readonly at: number;
  readonly action: Action;
}

/** What came of a piece of the stream. Plain data: it may cross between threads. */
export interface Batch {
  /** Audit lines. */
  readonly lines: Uint8Array<ArrayBuffer>;
  /** In the order of the lines. */
  readonly due: readonly Due[];
  readonly tally: Tally;
  /** What the piece brought. */
  readonly counters: StreamCounters;
}

/** How many were blocked, and what the fail mode made of how many escalations. */
export interface Tally {
  blocked: number;
  failedOpen: number;
  failedClosed: number;
}

export type ClerkSentry = FailModeSentry & StreamSource;

/** Judges and audits one stream. */
export class Clerk {
  readonly #stream: EventStream;
  readonly #sheet = new Sheet();
  #rulings: Rulings;
  #counted: StreamCounters;
  /** Where stretches are read to. */
  #room: Uint8Array | undefined;

  constructor(sentry: ClerkSentry) {
    this.#stream = sentry.createStream();
    this.#rulings = new Rulings(sentry);
    this.#counted = this.#stream.counters;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array): Batch {
    const page = newPage();
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      this.#write(this.#stream.push(chunk.subarray(start, start + PIECE_BYTES)), page);
    }
    return this.#batch(page);
  }

  /** Takes the lines that begin in a stretch of a file, where no line is unfinished. */
  read(stretch: Stretch): Batch {
    const page = newPage();
    this.#room ??= new Uint8Array(PIECE_BYTES);
    const pieces = linesOf(stretch, this.#room);
    for (let next = pieces.next(); ; next = pieces.next()) {
      if (next.done !== true) this.#write(this.#stream.push(next.value), page);
      else if (next.value) this.#write(this.#stream.end(), page);
      if (next.done === true) return this.#batch(page);
    }
  }

  /** Takes a last line that has no end. */
  end(): Batch {
    const page = newPage();
    this.#write(this.#stream.end(), page);
    return this.#batch(page);
  }

  /** Goes on by another sentry. */
  switchTo(sentry: ClerkSentry): void {
    this.#stream.switchTo(sentry);
    this.#rulings = new Rulings(sentry);
  }

  close(): void {
    this.#stream.close();
  }

  #batch({ due, tally }: Page): Batch {
    return { lines: this.#sheet.take(), due, tally, counters: this.#count() };
  }

  /** What has been counted since the last batch. */
  #count(): StreamCounters {
    const now = this.#stream.counters;
    const before = this.#counted;
    this.#counted = now;
    return {
      lines: now.lines - before.lines,
      events: now.events - before.events,
      unmodelled: now.unmodelled - before.unmodelled,
      malformed: now.malformed - before.malformed,
      oversized: now.oversized - before.oversized,
    };
  }

  #write(items: readonly StreamItem[], { due, tally }: Page): void {
    for (const item of items) {
      const { verdict, resolution, text, action, enforced } = this.#rulings.of(item);
      const blocked = verdict === "block";
      if (blocked) tally.blocked += 1;
      if (resolution !== undefined) tally[blocked ? "failedClosed" : "failedOpen"] += 1;
      const start = lineStart(item.head, text, action === undefined ? "" : item.target);
      if (enforced && action !== undefined) {
        this.#sheet.add(start);
        due.push({ at: this.#sheet.length, action: { kind: action, target: JSON.parse(item.target) } });
        this.#sheet.add(LINE_END);
      } else {
        this.#sheet.add(start + LINE_END);
      }
    }
  }
}

/** What gathers beside the lines of a batch. */
interface Page {
  readonly due: Due[];
  readonly tally: Tally;
}

function newPage(): Page {
  return { due: [], tally: { blocked: 0, failedOpen: 0, failedClosed: 0 } };
}
