// A batch: the result of judging one piece of the input. Plain data, so it can cross between threads.

import type { Action, Decision, JudgedEvent, StreamCounters } from "@a3s-sentry/core";
import type { DecisionCounts } from "./telemetry/decision-counts.js";

/** A block whose target is still to be written to a deny-file. Its audit line reports the result. */
export interface PendingDeny {
  /** Where the result goes, as an offset in bytes into the lines of the batch. */
  readonly at: number;
  readonly action: Action;
}

/** An escalation that a slow tier is to decide. It holds a permit of the queue, and has no audit line yet. */
export interface PendingEscalation {
  readonly l1: Decision;
  /** `null` if the rule engine failed on the event. */
  readonly event: JudgedEvent | null;
  /** The members of its audit line that describe the event. */
  readonly head: string;
}

/** Counts of final decisions, and of the escalations that the fail mode decided. */
export interface Tally {
  readonly decisions: DecisionCounts;
  failedOpen: number;
  failedClosed: number;
  /** Escalations of these that found the queue of the slow tiers full. */
  overloaded: number;
}

export interface Batch {
  /** Audit lines. */
  readonly lines: Uint8Array<ArrayBuffer>;
  /** In the order of the lines. */
  readonly denies: readonly PendingDeny[];
  /** In the order of the input. */
  readonly escalations: readonly PendingEscalation[];
  readonly tally: Tally;
  /** The lines and events of this piece alone. */
  readonly counters: StreamCounters;
}
