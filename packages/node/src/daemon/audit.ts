// The audit line: one decision as JSON. Its field names are an interface.

import { type Decision, type JudgedEvent, type Risk, truncateUtf8 } from "@a3s-sentry/core";
import { visibleJson } from "../visible.js";

const MAX_SUBJECT_BYTES = 300;

/** What became of a decision's target. */
export interface Outcome {
  readonly enforced?: string;
  readonly enforceError?: string;
}

/** One line with its newline. `event` is `null` where the rule engine failed on it. */
export function auditLine(decision: Decision, event: JudgedEvent | null, outcome: Outcome): string {
  const { enforced, enforceError } = outcome;
  const line = JSON.stringify({
    agent: event?.agent ?? undefined,
    event: event?.kind,
    subject: event === null ? undefined : truncateUtf8(event.subject, MAX_SUBJECT_BYTES),
    decision: auditDecision(decision),
    enforced,
    enforce_error: enforceError,
  });
  return `${visibleJson(line)}\n`;
}

function auditDecision(decision: Decision): object {
  const { verdict, tier, severity, reason, action, risk, rule, evidence, resolution } = decision;
  return {
    verdict,
    tier,
    severity,
    reason,
    action: action && { [action.kind]: action.target },
    risk: risk && auditRisk(risk),
    rule,
    evidence: evidence === "partial" ? evidence : undefined,
    resolution,
  };
}

function auditRisk({ category, name, riskType }: Readonly<Risk>): object {
  return { category, name, risk_type: riskType };
}
