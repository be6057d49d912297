// What comes after judging: deny-files, then audit lines, in the order of the stream.

import { Buffer } from "node:buffer";
import type { Action, Decision } from "@a3s-sentry/core";
import { EnforceError } from "../enforcer/enforce-error.js";
import type { Sentry } from "../sentry.js";
import { escapeTerminal, escapeTerminalJson } from "../util/escape-terminal.js";
import { decisionText, LINE_END, lineStart, type Outcome, outcomeText } from "./audit/audit-line.js";
import type { Output } from "./audit/batched-writer.js";
import type { Verdict } from "./escalation/escalation-queue.js";
import type { Batch, Escalated } from "./judging/line-judge.js";
import type { Log } from "./log.js";
import { Totals } from "./telemetry/totals.js";

/** Settles batches, which must come in order, and single escalations, which may come in any. */
export class Ledger {
  readonly totals = new Totals();
  readonly #output: Output;
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(output: Output, log: Log) {
    this.#output = output;
    this.#log = log;
  }

  /** `sentry` is the one that the batch was judged by. */
  settle(batch: Batch, sentry: Sentry): void {
    this.totals.count(batch);
    const { lines, due } = batch;
    let from = 0;
    for (const { at, action } of due) {
      const text = outcomeText(this.#enforce(action, sentry));
      if (text === "") continue;
      this.#output.add(lines.subarray(from, at));
      this.#output.add(Buffer.from(text));
      from = at;
    }
    this.#output.add(lines.subarray(from));
  }

  /** `sentry` is the one that judged the escalation. */
  settleEscalation({ head }: Escalated, { decision, cutShort }: Verdict, sentry: Sentry): void {
    this.totals.countEscalation(decision, cutShort);
    const outcome = isEnforced(decision) ? this.#enforce(decision.action, sentry) : {};
    const target = decision.action === undefined ? "" : escapeTerminalJson(JSON.stringify(decision.action.target));
    // A model may quote what it was asked about.
    const reason = decision.tier === "Rules" ? decision.reason : sentry.withoutSecrets(decision.reason);
    const text = decisionText({ ...decision, reason }, cutShort ? "shutdown" : undefined);
    this.#output.add(Buffer.from(lineStart(head, text, target) + outcomeText(outcome) + LINE_END));
  }

  #enforce(action: Action, sentry: Sentry): Outcome {
    try {
      const enforced = sentry.enforce({ verdict: "block", action });
      if (enforced === null) return {};
      this.totals.enforced += 1;
      return { enforced };
    } catch (error) {
      if (!(error instanceof EnforceError)) throw error;
      this.totals.enforceFailed += 1;
      if (!this.#told.has(error.message)) this.#log.line(`error: ${escapeTerminal(error.message)}`);
      this.#told.add(error.message);
      return { enforceError: error.message };
    }
  }
}

function isEnforced(decision: Decision): decision is Decision & { readonly action: Action } {
  return decision.verdict === "block" && decision.action !== undefined;
}
