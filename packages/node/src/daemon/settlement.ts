// Settles judged batches: enforces, then emits the audit lines, in the order of the input.

import { Buffer } from "node:buffer";
import type { Action, Decision, TargetFrom } from "@a3s-sentry/core";
import type { Why } from "../enforcer/deny-reasons.js";
import { EnforceError } from "../enforcer/enforce-error.js";
import type { Sentry } from "../sentry.js";
import { escapeTerminal } from "../util/escape-terminal.js";
import { formatNumber } from "../util/format.js";
import { type DenyResult, denyResultText } from "./audit/audit-line.js";
import type { BatchedWriter } from "./audit/batched-writer.js";
import { escalationLine } from "./audit/escalation-line.js";
import type { Batch, PendingEscalation } from "./batch.js";
import type { EscalationOutcome, EscalationQueue } from "./escalation/escalation-queue.js";
import type { BatchSink } from "./judging/stream-judge.js";
import type { Log } from "./log.js";
import { Totals } from "./telemetry/totals.js";

/** Of the malformed lines, the first is logged, and then one in so many. */
const REPORT_EVERY = 1000;

export interface SettlementOptions {
  readonly writer: BatchedWriter;
  readonly log: Log;
  /** Receives the escalations of the batches. */
  readonly queue: EscalationQueue;
}

/**
 * Settles batches, which come in the order of the input, and outcomes of escalations, which come in
 * any order.
 */
export class Settlement implements BatchSink {
  readonly totals = new Totals();
  readonly #options: SettlementOptions;
  /** The number of malformed lines from which the next one is logged. */
  #nextReport = 1;
  /** Warnings and errors that have been logged: each is logged once. */
  readonly #logged = new Set<string>();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  settle(batch: Batch, by: Sentry, end: number): void {
    const { queue } = this.#options;
    this.#logSkipped(batch, this.totals.stream.lines);
    this.totals.count(batch);
    this.#emit(batch, by);
    for (const escalation of batch.escalations) queue.add({ ...escalation, offset: end });
    if (batch.tally.overloaded > 0) this.#logOverload();
  }

  /** Emits the audit line of an escalation; `by` is the sentry that judged it. */
  settleEscalation(escalation: PendingEscalation, outcome: EscalationOutcome, by: Sentry): void {
    const { decision, degraded } = outcome;
    this.totals.countEscalation(decision, degraded);
    if (degraded === "overload") this.#logOverload();
    const result = isBlockWithAction(decision)
      ? this.#enforce(decision.action, decision.targetFrom, whyOf(decision), by)
      : {};
    this.#options.writer.add(Buffer.from(escalationLine(escalation, outcome, by, result)));
  }

  /** Writes the pending targets to deny-files, and the lines with the results. */
  #emit({ lines, denies }: Batch, by: Sentry): void {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (const { at, action, targetFrom, why } of denies) {
      const text = denyResultText(this.#enforce(action, targetFrom, why, by));
      if (text === "") continue;
      parts.push(lines.subarray(from, at), Buffer.from(text));
      from = at;
    }
    parts.push(lines.subarray(from));
    this.#options.writer.add(parts.length === 1 ? lines : Buffer.concat(parts));
  }

  /** Logs the first skipped line, each thousandth malformed one, and the first mistyped kind. */
  #logSkipped({ skipped, counters }: Batch, before: number): void {
    for (const { skipped: how, line, why, text } of skipped) {
      const at = `line ${formatNumber(before + line)}`;
      if (how === "unmodelled") {
        this.#logOnceAs("mistyped kind", `warning: ${at} is not judged: ${why} (reported once)`);
        continue;
      }
      const malformed = this.totals.stream.malformed + counters.malformed;
      if (malformed < this.#nextReport) continue;
      this.#nextReport = malformed + REPORT_EVERY;
      this.#options.log.line(
        `warning: ${at} is not an event: ${why} (further ones are counted)\n  ${escapeTerminal(text)}`,
      );
    }
  }

  #enforce(action: Action, targetFrom: TargetFrom | undefined, why: Why, by: Sentry): DenyResult {
    try {
      const result = by.enforcement({ verdict: "block", action, ...(targetFrom && { targetFrom }), ...why });
      if (result.enforced !== undefined) this.totals.enforced += 1;
      if (result.notEnforced !== undefined) this.totals.notEnforced[result.notEnforced] += 1;
      return result;
    } catch (error) {
      if (!(error instanceof EnforceError)) throw error;
      this.totals.enforceFailed += 1;
      if (error.code === "FULL") this.totals.denyFileFull += 1;
      this.#logOnce(`error: ${escapeTerminal(error.message)}`);
      return { enforceError: error.message };
    }
  }

  #logOverload(): void {
    this.#logOnce(
      "warning: the queue of the slow tiers is full: the fail mode decides further escalations, and the totals count them",
    );
  }

  #logOnce(line: string): void {
    this.#logOnceAs(line, line);
  }

  /** Logs the first line of a topic. */
  #logOnceAs(topic: string, line: string): void {
    if (this.#logged.has(topic)) return;
    this.#logged.add(topic);
    this.#options.log.line(line);
  }
}

function whyOf({ tier, rule, reason }: Decision): Why {
  return { tier, reason, ...(rule && { rule }) };
}

function isBlockWithAction(decision: Decision): decision is Decision & { readonly action: Action } {
  return decision.verdict === "block" && decision.action !== undefined;
}
