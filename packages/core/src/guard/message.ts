// The texts of outcomes, for the model and the person. They name the rule's reason and never the
// pattern that matched: a text that shows it would show how to avoid it.

import type { Decision } from "../decision/decision.js";

/** For the model: what was blocked, why, and what to do instead. */
export function denyMessage(what: string, decision: Decision): string {
  return `${what} was blocked by the security policy (${decision.reason}). Do not try to reach the same effect in another way. Go on without it, or ask the user to do it or to change the policy.`;
}

/** For the person and the model: what waits, and why. */
export function askMessage(what: string, decision: Decision): string {
  return `${what} needs the approval of a person (${decision.reason}). It must not run before.`;
}
