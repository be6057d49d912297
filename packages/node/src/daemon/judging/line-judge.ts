// Judges lines of events, and builds batches with their audit lines.

import type { EventStream, StreamCounters, StreamItem, StreamSource } from "@a3s-sentry/core";
import type { Batch } from "../batch.js";
import { type FileRange, linesOf } from "../input/file-range.js";
import { BatchBuilder } from "./batch-builder.js";
import { type FailModeSentry, OutcomeCache } from "./outcome-cache.js";
import type { SharedSemaphore } from "./shared-semaphore.js";
import { NO_SLOW_TIERS, type SlowTiers } from "./slow-tiers.js";

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

/** Judges one stream synchronously, on the thread that calls it. */
export class LineJudge {
  readonly #stream: EventStream;
  readonly #builder = new BatchBuilder();
  readonly #semaphore: SharedSemaphore | undefined;
  #outcomes: OutcomeCache;
  #counted: StreamCounters;
  /** Memory that file ranges are read into. */
  #fileBuffer: Uint8Array | undefined;

  /** Without a `target`, the fail mode decides all escalations. */
  constructor(sentry: LineJudgeSentry, target?: EscalationTarget) {
    this.#stream = sentry.createStream();
    this.#outcomes = new OutcomeCache(sentry, target?.slowTiers ?? NO_SLOW_TIERS);
    this.#semaphore = target?.semaphore;
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
    this.#outcomes = new OutcomeCache(sentry, slowTiers);
  }

  close(): void {
    this.#stream.close();
  }

  #add(items: readonly StreamItem[]): void {
    for (const item of items) {
      const outcome = this.#outcomes.of(item);
      if (outcome.needsSlowTier && this.#semaphore?.tryAcquire()) this.#builder.addEscalation(item);
      else this.#builder.addDecision(item, outcome);
    }
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
