// The totals of a run.

import type { Decision } from "@a3s-sentry/core";
import type { NotEnforced } from "../../enforcer/target-check.js";
import type { Degraded } from "../audit/audit-line.js";
import type { Batch } from "../batch.js";
import { addCounts, countOf, type FinalVerdict, zeroCounts } from "../tally.js";

/** Each event counts as one final decision; an escalation counts once it is resolved. */
export class Totals {
  readonly decisions = zeroCounts();
  /** Escalations that a slow tier decided. */
  readonly decided = { Llm: 0, Agent: 0 };
  /**
   * Escalations that the fail mode decided, by the fail mode at that time: a reload can change it.
   */
  failedOpen = 0;
  failedClosed = 0;
  /** Escalations of these that found the queue full. */
  overloaded = 0;
  /** Escalations of these that had no answer when the run ended. */
  cutShort = 0;
  /** Blocks whose target is in a deny-file. */
  enforced = 0;
  enforceFailed = 0;
  /** Blocks of these that met a full deny-file. */
  denyFileFull = 0;
  /** Blocks whose target sentry does not deny. */
  readonly notEnforced: Record<NotEnforced, number> = {
    "program-from-argv": 0,
    "invalid-target": 0,
    "never-denied": 0,
    "not-by-itself": 0,
    "deleted-program": 0,
    "unresolved-path": 0,
  };
  readonly stream = { lines: 0, events: 0, unmodelled: 0, malformed: 0, oversized: 0 };

  /** `false` while nothing but malformed lines has come. */
  get isRecognized(): boolean {
    const { events, unmodelled, malformed, oversized } = this.stream;
    return malformed === 0 || events + unmodelled + oversized > 0;
  }

  get blocked(): number {
    return countOf(this.decisions, "block");
  }

  /** Counts a batch. Its escalations are counted by {@link countEscalation}. */
  count({ tally, counters, escalations }: Pick<Batch, "tally" | "counters" | "escalations">): void {
    const queued = escalations.reduce((sum, { equals }) => sum + 1 + equals.length, 0);
    const listed = countOf(tally.decisions, "allow") + countOf(tally.decisions, "block") + queued;
    addCounts(this.decisions, tally.decisions);
    // All other events are plain allows, which have no audit line.
    this.decisions.Rules.allow += counters.events + counters.oversized - listed;
    this.failedOpen += tally.failedOpen;
    this.failedClosed += tally.failedClosed;
    this.overloaded += tally.overloaded;
    this.stream.lines += counters.lines;
    this.stream.events += counters.events;
    this.stream.unmodelled += counters.unmodelled;
    this.stream.malformed += counters.malformed;
    this.stream.oversized += counters.oversized;
  }

  /** Counts the outcome of an escalation that was queued. */
  countEscalation({ tier, verdict, resolution }: Decision, degraded: Degraded | undefined): void {
    const final: FinalVerdict = verdict === "block" ? "block" : "allow";
    this.decisions[tier][final] += 1;
    if (resolution !== undefined) this[final === "block" ? "failedClosed" : "failedOpen"] += 1;
    else if (tier === "Llm" || tier === "Agent") this.decided[tier] += 1;
    if (degraded === "shutdown") this.cutShort += 1;
    if (degraded === "overload") this.overloaded += 1;
  }
}
