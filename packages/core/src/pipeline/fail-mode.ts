// What becomes of an escalation that no tier settles.

import type { Action, Decision } from "../decision/decision.js";

/**
 * Blocks (fail-closed) or allows (fail-open). Tier, risk and rule stay, severity is at least low, the reason says what
 * happened. A block keeps the escalation's action, or else takes `action`: who fails closed must not lose what the
 * rules deny because a deeper tier could not say.
 */
export function failMode(escalation: Decision, failClosed: boolean, action?: Action): Decision {
  return unsettled(escalation, ` [unresolved escalation, ${failModeName(failClosed)}]`, failClosed, action);
}

/** The same with `ending` as what is added to the reason. */
export function unsettled(escalation: Decision, ending: string, failClosed: boolean, action?: Action): Decision {
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
