// The fail mode: the decision on an escalation that no tier resolved.

import { type Decision, type Denial, denialOf, type FinalDecision } from "../decision/decision.js";

/**
 * Blocks (fail-closed) or allows (fail-open) an escalation. Tier, risk and rule stay, the severity
 * is at least low, and the reason names the fail mode. A block keeps the escalation's action, or
 * else takes that of `denial`: a failed tier must not undo what the rules deny.
 */
export function failMode(escalation: Decision, failClosed: boolean, denial: Denial = {}): FinalDecision {
  return unresolved(escalation, ` [unresolved escalation, ${failModeName(failClosed)}]`, failClosed, denial);
}

/** As {@link failMode}, with `ending` added to the reason. */
export function unresolved(
  escalation: Decision,
  ending: string,
  failClosed: boolean,
  denial: Denial = {},
): FinalDecision {
  const { action, targetFrom: _, ...rest } = escalation;
  return Object.freeze({
    ...rest,
    verdict: failClosed ? "block" : "allow",
    severity: escalation.severity === "info" ? "low" : escalation.severity,
    reason: `${escalation.reason}${ending}`,
    ...(failClosed ? denialOf(action === undefined ? denial : escalation) : {}),
    resolution: "unresolved-escalation",
  });
}

export function failModeName(failClosed: boolean): "fail-closed" | "fail-open" {
  return failClosed ? "fail-closed" : "fail-open";
}
