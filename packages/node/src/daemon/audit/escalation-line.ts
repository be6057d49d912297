// The audit line of an escalation that has an outcome.

import type { Sentry } from "../../sentry.js";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import type { PendingEscalation } from "../batch.js";
import type { EscalationOutcome } from "../escalation/escalation-queue.js";
import { type DenyResult, decisionText, denyResultText, lineEnd, lineStart } from "./audit-line.js";

/** `by` is the sentry that judged the escalation, `result` what became of the target of its block. */
export function escalationLine(
  { head, tail }: Pick<PendingEscalation, "head" | "tail">,
  { decision, degraded }: EscalationOutcome,
  by: Sentry,
  result: DenyResult = {},
): string {
  const target = decision.action === undefined ? "" : escapeTerminalJson(JSON.stringify(decision.action.target));
  // A model may quote secrets of the event in its reason.
  const reason = decision.tier === "Rules" ? decision.reason : by.withoutSecrets(decision.reason);
  const text = decisionText({ ...decision, reason }, degraded);
  return lineStart(head, text, target) + denyResultText(result) + lineEnd(tail);
}
