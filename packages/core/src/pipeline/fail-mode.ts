// The fail mode: the decision on an escalation that no tier resolved.

import type { Action, Decision, FinalDecision } from "../decision/decision.js";

/**
 * Blocks (fail-closed) or allows (fail-open) an escalation. Tier, risk and rule stay, the severity
 * is at least low, and the reason names the fail mode. A block keeps the escalation's action, or
 * else takes `action`: a failed tier must not undo what the rules deny.
 */
export function failMode(escalation: Decision, failClosed: boolean, action?: Action): FinalDecision {
  return unresolved(escalation, ` [unresolved escalation, ${failModeName(failClosed)}]`, failClosed, action);
}

/** As {@link failMode}, with `ending` added to the reason. */
export function unresolved(escalation: Decision, ending: string, failClosed: boolean, action?: Action): FinalDecision {
  const { action: own = action, ...rest } = escalation;
  return Object.freeze({
    ...rest,
    verdict: failClosed ? "block" : "allow",
    severity: escalation.severity === "info" ? "low" : escalation.severity,
    reason: `${escalation.reason}${ending}`,
    ...(failClosed && own !== undefined ? { action: own } : {}),
    resolution: "unresolved-escalation",
  });
}

export function failModeName(failClosed: boolean): "fail-closed" | "fail-open" {
  return failClosed ? "fail-closed" : "fail-open";
}
