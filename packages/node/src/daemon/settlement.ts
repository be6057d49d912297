// Settles judged batches: enforces, then emits the audit lines, in the order of the input.

import { Buffer } from "node:buffer";
import type { Action, Decision, TargetFrom } from "@a3s-sentry/core";
import { EnforceError } from "../enforcer/enforce-error.js";
import type { Sentry } from "../sentry.js";
import { escapeTerminal, escapeTerminalJson } from "../util/escape-terminal.js";
import { type DenyResult, decisionText, denyResultText, lineEnd, lineStart } from "./audit/audit-line.js";
import type { BatchedWriter } from "./audit/batched-writer.js";
import type { Batch, PendingEscalation } from "./batch.js";
import type { EscalationOutcome, EscalationQueue } from "./escalation/escalation-queue.js";
import type { BatchSink } from "./judging/stream-judge.js";
import type { Log } from "./log.js";
import { Totals } from "./telemetry/totals.js";

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
  /** Warnings and errors that have been logged: each is logged once. */
  readonly #logged = new Set<string>();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  settle(batch: Batch, by: Sentry, end: number): void {
    const { queue } = this.#options;
    this.totals.count(batch);
    this.#emit(batch, by);
    for (const escalation of batch.escalations) queue.add({ ...escalation, offset: end });
    if (batch.tally.overloaded > 0) {
      this.#logOnce(
        "warning: the queue of the slow tiers is full: the fail mode decides further escalations, and the totals count them",
      );
    }
  }

  /** Emits the audit line of an escalation; `by` is the sentry that judged it. */
  settleEscalation({ head, tail }: PendingEscalation, { decision, cutShort }: EscalationOutcome, by: Sentry): void {
    this.totals.countEscalation(decision, cutShort);
    const result = isBlockWithAction(decision) ? this.#enforce(decision.action, decision.targetFrom, by) : {};
    const target = decision.action === undefined ? "" : escapeTerminalJson(JSON.stringify(decision.action.target));
    // A model may quote secrets of the event in its reason.
    const reason = decision.tier === "Rules" ? decision.reason : by.withoutSecrets(decision.reason);
    const text = decisionText({ ...decision, reason }, cutShort ? "shutdown" : undefined);
    this.#options.writer.add(Buffer.from(lineStart(head, text, target) + denyResultText(result) + lineEnd(tail)));
  }

  /** Writes the pending targets to deny-files, and the lines with the results. */
  #emit({ lines, denies }: Batch, by: Sentry): void {
    const { writer } = this.#options;
    let from = 0;
    for (const { at, action, targetFrom } of denies) {
      const text = denyResultText(this.#enforce(action, targetFrom, by));
      if (text === "") continue;
      writer.add(lines.subarray(from, at));
      writer.add(Buffer.from(text));
      from = at;
    }
    writer.add(lines.subarray(from));
  }

  #enforce(action: Action, targetFrom: TargetFrom | undefined, by: Sentry): DenyResult {
    try {
      const result = by.enforcement({ verdict: "block", action, ...(targetFrom && { targetFrom }) });
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

  #logOnce(line: string): void {
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.#options.log.line(line);
  }
}

function isBlockWithAction(decision: Decision): decision is Decision & { readonly action: Action } {
  return decision.verdict === "block" && decision.action !== undefined;
}
