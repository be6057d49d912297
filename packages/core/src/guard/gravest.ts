// The gravest of several decisions.

import { type Decision, isAtLeast } from "../decision/decision.js";

const GRAVITY: Readonly<Record<Decision["verdict"], number>> = { allow: 0, escalate: 1, block: 2 };

/** The gravest decision by verdict, then by severity; the first of equal ones. */
export function gravest(first: Decision, others: readonly Decision[]): Decision {
  return others.reduce((worst, decision) => (isGraver(decision, worst) ? decision : worst), first);
}

function isGraver(one: Decision, other: Decision): boolean {
  const difference = GRAVITY[one.verdict] - GRAVITY[other.verdict];
  return difference > 0 || (difference === 0 && !isAtLeast(other.severity, one.severity));
}
