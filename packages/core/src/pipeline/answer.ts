// What a tier answered, checked: tiers are the caller's code, or speak for a model.

import type { Action, Decision, Severity, Tier, Verdict } from "../decision.js";
import type { EventKind, Risk } from "../generated/wire.js";
import type { JudgedEvent } from "./judge.js";

const VERDICTS: readonly unknown[] = ["allow", "block", "escalate"] satisfies Verdict[];
const SEVERITIES: readonly unknown[] = ["info", "low", "medium", "high", "critical"] satisfies Severity[];
const ACTIONS: readonly unknown[] = ["DenyEgress", "DenyFile", "DenyExec"] satisfies Action["kind"][];

export type InferRisk = (reason: string, kind: EventKind) => Risk;

/** A tier's answer as a whole decision of that tier; nothing if it is none. An unknown severity is medium. */
export function readAnswer(
  answer: unknown,
  tier: Tier,
  event: JudgedEvent,
  inferRisk: InferRisk,
): Decision | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { verdict, severity, reason, action, risk }: Partial<Decision> = answer;
  if (!VERDICTS.includes(verdict) || verdict === undefined || typeof reason !== "string") return undefined;
  if (action !== undefined && !isAction(action)) return undefined;
  return Object.freeze({
    verdict,
    tier,
    severity: severity !== undefined && SEVERITIES.includes(severity) ? severity : "medium",
    reason,
    ...(action === undefined ? {} : { action: Object.freeze({ kind: action.kind, target: action.target }) }),
    ...(verdict === "allow" ? {} : { risk: Object.freeze(risk ?? inferRisk(reason, event.kind)) }),
    evidence: event.evidence,
  });
}

/** The escalation of a tier that failed. */
export function tierFailed(what: string, tier: Tier, event: JudgedEvent, inferRisk: InferRisk): Decision {
  const reason = `${tier} failed: ${what}`;
  const risk = Object.freeze(inferRisk(reason, event.kind));
  return Object.freeze({ verdict: "escalate", tier, severity: "medium", reason, risk, evidence: event.evidence });
}

function isAction(action: Action): boolean {
  return ACTIONS.includes(action.kind) && typeof action.target === "string";
}
