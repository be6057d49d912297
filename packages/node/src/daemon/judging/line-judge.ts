// Lines of events in, audit lines out: all of judging and auditing that needs no other thread, no deny-file and no clock.

import type {
  Action,
  Decision,
  EventStream,
  JudgedEvent,
  StreamCounters,
  StreamItem,
  StreamSource,
} from "@a3s-sentry/core";
import { LINE_END, lineStart } from "../audit/audit-line.js";
import { Sheet } from "../audit/utf8-buffer.js";
import { NO_ROUTES, type Routes } from "../escalation/slow-tiers.js";
import { linesOf, type Stretch } from "../input/file-range.js";
import { type Decisions, noDecisions } from "../telemetry/decision-counts.js";
import { type FailModeSentry, Rulings } from "./outcome-cache.js";
import type { Slots } from "./shared-semaphore.js";

/** Bytes that cross to the engine at once: few enough to stay in a core's own cache while they are judged. */
const PIECE_BYTES = 64 * 1024;

/** A block whose target a deny-file is to hold. What comes of it belongs into its audit line. */
export interface Due {
  /** Where in the lines, in bytes. */
  readonly at: number;
  readonly action: Action;
}

/** An escalation that goes on to a slow tier, and has a slot. It has no audit line yet. */
export interface Escalated {
  readonly l1: Decision;
  /** `null` where the rule engine failed on it. */
  readonly event: JudgedEvent | null;
  /** What its audit line says of the event. */
  readonly head: string;
}

/** What came of a piece of the stream. Plain data: it may cross between threads. */
export interface Batch {
  /** Audit lines. */
  readonly lines: Uint8Array<ArrayBuffer>;
  /** In the order of the lines. */
  readonly due: readonly Due[];
  /** In the order of the stream. */
  readonly escalated: readonly Escalated[];
  readonly tally: Tally;
  /** What the piece brought. */
  readonly counters: StreamCounters;
}

/** The decisions behind the lines, and what the fail mode made of how many escalations. */
export interface Tally {
  readonly decisions: Decisions;
  failedOpen: number;
  failedClosed: number;
  /** Those of them for which no slot was free. */
  overloaded: number;
}

export type ClerkSentry = FailModeSentry & StreamSource;

/** Where escalations go. */
export interface Escalation {
  readonly routes: Routes;
  readonly slots: Slots;
}

/** Judges and audits one stream. */
export class Clerk {
  readonly #stream: EventStream;
  readonly #sheet = new Sheet();
  readonly #slots: Slots | undefined;
  #rulings: Rulings;
  #counted: StreamCounters;
  /** Where stretches are read to. */
  #room: Uint8Array | undefined;

  /** Without `escalation`, the fail mode decides all escalations. */
  constructor(sentry: ClerkSentry, escalation?: Escalation) {
    this.#stream = sentry.createStream();
    this.#rulings = new Rulings(sentry, escalation?.routes ?? NO_ROUTES);
    this.#slots = escalation?.slots;
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
  switchTo(sentry: ClerkSentry, routes: Routes = NO_ROUTES): void {
    this.#stream.switchTo(sentry);
    this.#rulings = new Rulings(sentry, routes);
  }

  close(): void {
    this.#stream.close();
  }

  #batch(page: Page): Batch {
    return { ...page, lines: this.#sheet.take(), counters: this.#count() };
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

  #write(items: readonly StreamItem[], { due, escalated, tally }: Page): void {
    for (const item of items) {
      const { tier, verdict, resolution, goesOn, text, action, enforced } = this.#rulings.of(item);
      if (goesOn) {
        if (this.#slots?.take()) {
          escalated.push({ l1: item.decision, event: item.event, head: item.head });
          continue;
        }
        tally.overloaded += 1;
      }
      tally.decisions[tier][verdict] += 1;
      if (resolution !== undefined) tally[verdict === "block" ? "failedClosed" : "failedOpen"] += 1;
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
  readonly escalated: Escalated[];
  readonly tally: Tally;
}

function newPage(): Page {
  const tally = { decisions: noDecisions(), failedOpen: 0, failedClosed: 0, overloaded: 0 };
  return { due: [], escalated: [], tally };
}
