// The interface of the stages that judge the lines of the input, on one thread or several.

import type { Sentry } from "../../sentry.js";
import type { Batch } from "../batch.js";

/** Receives all batches, in the order of the input. */
export interface BatchSink {
  /**
   * `by` is the sentry that judged the batch. `end` is an offset in the input, in bytes: each line
   * of the batch begins before it.
   */
  settle(batch: Batch, by: Sentry, end: number): void;
}

/** Judges the lines of a stream, and passes the batches to a {@link BatchSink}. */
export interface StreamJudge {
  /**
   * Takes the next bytes of the stream, which end at offset `end`. Resolves when it can take more.
   */
  push(chunk: Uint8Array, end: number): Promise<void>;
  /**
   * Judges a last line without a newline too. Resolves when all lines have been judged and settled.
   */
  finish(): Promise<void>;
  /** Loads a policy that will be in force, while lines are judged by another. */
  prepare(sentry: Sentry): Promise<void>;
  /**
   * Judges by the policy now in force: all lines that have not ended, or that no thread has
   * received.
   */
  usePolicy(): void;
  /** Stops judging. Lines that have not been settled are lost. */
  close(): void;
}
