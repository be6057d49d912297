// What becomes of an escalation that no tier settles.

import type { Decision } from "../decision.js";

/**
 * Blocks (fail-closed) or allows (fail-open). Tier, risk and rule stay, severity is at least low, the reason says what
 * happened, and an action is kept only on a block.
 */
export function failMode(escalation: Decision, failClosed: boolean): Decision {
  const { action, ...rest } = escalation;
  return Object.freeze({
    ...rest,
    verdict: failClosed ? "block" : "allow",
    severity: escalation.severity === "info" ? "low" : escalation.severity,
    reason: `${escalation.reason} [unresolved escalation, ${failClosed ? "fail-closed" : "fail-open"}]`,
    ...(failClosed && action !== undefined ? { action } : {}),
    resolution: "unresolved-escalation",
  });
}
