// The result of judging one piece of the input. Plain data: it can cross between threads.

import type { Action, Decision, JudgedEvent, SkippedSample, StreamCounters, TargetFrom } from "@a3s-sentry/core";
import type { Why } from "../enforcer/deny-reasons.js";
import type { Permit } from "./judging/shared-semaphore.js";
import type { Tally } from "./tally.js";

/**
 * A block whose target is still to be written to a deny-file. Its audit line reports the result.
 */
export interface PendingDeny {
  /** Where the result goes, as an offset in bytes into the lines of the batch. */
  readonly at: number;
  readonly action: Action;
  /** As in the decision. */
  readonly targetFrom: TargetFrom | undefined;
  readonly why: Why;
}

/**
 * An escalation that a slow tier is to decide. It holds a permit of the queue, and has no audit
 * line yet.
 */
export interface PendingEscalation {
  readonly l1: Decision;
  /** `null` if the rule engine failed on the event. */
  readonly event: JudgedEvent | null;
  /** The members of its audit line that describe the event. */
  readonly head: string;
  /** The members of its audit line that label the event. */
  readonly tail: string;
  readonly permit: Permit;
  /** Those of its batch that are equal to it: they get its decision, and hold no permit. */
  readonly equals: readonly EqualEscalation[];
}

/** The parts of its audit line. */
export interface EqualEscalation {
  readonly head: string;
  readonly tail: string;
}

export interface Batch {
  /** Audit lines. */
  readonly lines: Uint8Array<ArrayBuffer>;
  /** In the order of the lines. */
  readonly denies: readonly PendingDeny[];
  /** In the order of the input. */
  readonly escalations: readonly PendingEscalation[];
  /** Skipped lines that are worth a message. Their numbers count from 1 in this piece. */
  readonly skipped: readonly SkippedSample[];
  readonly tally: Tally;
  /** The lines and events of this piece alone. */
  readonly counters: StreamCounters;
}
