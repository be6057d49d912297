// Judges lines of events, and builds batches with their audit lines.

import type {
  Decision,
  EventStream,
  StreamCounters,
  StreamItem,
  StreamLine,
  StreamLines,
  StreamSource,
} from "@a3s-sentry/core";
import { labelled, numbered } from "../audit/audit-line.js";
import type { Batch } from "../batch.js";
import { MAX_JOINED } from "../escalation/equal-escalations.js";
import { type FileRange, linesOf } from "../input/file-range.js";
import { BatchBuilder } from "./batch-builder.js";
import { type FailModeSentry, OutcomeCache } from "./outcome-cache.js";
import type { PermitRequest, SharedSemaphore } from "./shared-semaphore.js";
import { isUrgent, NO_SLOW_TIERS, type SlowTiers } from "./slow-tiers.js";

/**
 * Bytes that cross to the rule engine in one call: few enough to stay in a core's cache while they
 * are judged.
 */
const PIECE_BYTES = 64 * 1024;

export type LineJudgeSentry = FailModeSentry & StreamSource;

/** Where escalations go. */
export interface EscalationTarget {
  readonly slowTiers: SlowTiers;
  readonly semaphore: SharedSemaphore;
}

export interface LineJudgeOptions {
  /** Without a target, the fail mode decides all escalations. */
  readonly target?: EscalationTarget;
  /** The lines that get a line in a batch: `all` are numbered. */
  readonly decisions?: StreamLines;
  /**
   * Names the lines of the stream, by their number from 1, with a member of JSON that replaces the number. Lines that are
   * not judged get a line in a batch too, plain allows only if `decisions` is `all`.
   */
  readonly labelOf?: (line: number) => string;
}

/** Judges one stream synchronously, on the thread that calls it. */
export class LineJudge {
  readonly #stream: EventStream | EventStream<StreamLine>;
  readonly #builder = new BatchBuilder();
  readonly #target: EscalationTarget | undefined;
  #slowTiers: SlowTiers;
  #outcomes: OutcomeCache;
  #counted: StreamCounters;
  readonly #decisions: StreamLines;
  readonly #labelOf: ((line: number) => string) | undefined;
  /** The number of the last line, if all lines are returned. */
  #line = 0;
  /** Memory that file ranges are read into. */
  #fileBuffer: Uint8Array | undefined;

  constructor(sentry: LineJudgeSentry, { target, decisions = "notable", labelOf }: LineJudgeOptions = {}) {
    this.#decisions = decisions;
    this.#labelOf = decisions === "all" ? (labelOf ?? numbered) : labelOf;
    this.#stream = this.#labelOf !== undefined ? sentry.createStream({ lines: "all" }) : sentry.createStream();
    this.#target = target;
    this.#slowTiers = target?.slowTiers ?? NO_SLOW_TIERS;
    this.#outcomes = new OutcomeCache(sentry, this.#slowTiers);
    this.#counted = this.#stream.counters;
  }

  /**
   * Judges the next bytes of the stream. A line that has not ended is judged with the bytes that
   * end it.
   */
  push(chunk: Uint8Array): Batch {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      this.#add(this.#stream.push(chunk.subarray(start, start + PIECE_BYTES)));
    }
    return this.#build();
  }

  /** Judges the lines that begin in a range of a file. The line before it must have ended. */
  read(range: FileRange): Batch {
    this.#fileBuffer ??= new Uint8Array(PIECE_BYTES);
    const pieces = linesOf(range, this.#fileBuffer);
    for (let next = pieces.next(); ; next = pieces.next()) {
      if (next.done !== true) this.#add(this.#stream.push(next.value));
      else if (next.value === "unfinished") this.#add(this.#stream.end());
      if (next.done === true) return this.#build();
    }
  }

  /** Judges the last line of the stream, if no newline ends it. */
  finish(): Batch {
    this.#add(this.#stream.end());
    return this.#build();
  }

  /** Judges by another policy, from the next line that ends. */
  usePolicy(sentry: LineJudgeSentry, slowTiers: SlowTiers = NO_SLOW_TIERS): void {
    this.#stream.switchTo(sentry);
    this.#slowTiers = slowTiers;
    this.#outcomes = new OutcomeCache(sentry, slowTiers);
  }

  close(): void {
    this.#stream.close();
  }

  #add(items: readonly StreamLine[]): void {
    this.#builder.addSamples(this.#stream.skippedSamples, this.#counted.lines);
    for (const item of items) {
      // A stream of all lines returns each of them, in order, so counting them numbers them.
      if (!item.sameLine) this.#line += 1;
      if ("skipped" in item) {
        this.#builder.addSkipped(item, this.#tailOf(item));
        continue;
      }
      const outcome = this.#outcomes.of(item);
      if (this.#decisions === "notable" && isPlainAllow(item.shared)) {
        this.#builder.countDecision(outcome);
        continue;
      }
      const tail = this.#tailOf(item);
      if (!outcome.needsSlowTier || !this.#escalate(item, tail)) this.#builder.addDecision(item, tail, outcome);
    }
  }

  /** Passes an escalation on to the slow tiers. `false` if they have no place for it. */
  #escalate(item: StreamItem, tail: string): boolean {
    const target = this.#target;
    if (target === undefined) return false;
    const { semaphore } = target;
    if (semaphore.joined < MAX_JOINED && this.#builder.joinEqual(item, tail, this.#slowTiers)) return true;
    const permit = semaphore.tryAcquire(requestOf(item));
    if (permit === undefined) return false;
    this.#builder.addEscalation(item, tail, permit);
    return true;
  }

  #tailOf({ tail }: StreamLine): string {
    if (this.#labelOf === undefined) return tail;
    return labelled(tail, this.#labelOf(this.#line));
  }

  #build(): Batch {
    return this.#builder.build(this.#countSinceLastBatch());
  }

  #countSinceLastBatch(): StreamCounters {
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
}

/** Whether a decision leaves no audit line. */
function isPlainAllow({ verdict, tier, severity }: Decision): boolean {
  return verdict === "allow" && tier === "Rules" && severity === "info";
}

/** The bytes of an event that a permit is enough for. */
const BYTES_PER_PERMIT = 256 * 1024;

/** The agent is the JSON text of its name, without reading the event: most requests find no permit. */
function requestOf({ shared, head, bytes }: StreamItem): PermitRequest {
  const { severity } = shared;
  const isNamed = head.startsWith('"agent":');
  return {
    agent: isNamed ? head.slice(0, head.indexOf('","event":')) : "",
    weight: 1 + Math.floor(bytes / BYTES_PER_PERMIT),
    urgent: isUrgent(severity),
  };
}
