// The decisions of the rules on lines, by the codes that the rule engine returns for them.

import { FAILED_CODE, isEvent, isOversized, isSameLine } from "../engine/judgement-code.js";
import type { Decision } from "./decision.js";
import { engineFailed, type L1Decisions, OVERSIZED_EVENT } from "./l1-decisions.js";

/** The decision on a line or a part of one; `null` if it is not an event. `failure` says why the engine failed. */
export function decisionOfLine(l1: L1Decisions, code: number, failure: string): Decision | null {
  if (isEvent(code)) return l1.of(code);
  if (isOversized(code)) return OVERSIZED_EVENT;
  return code === FAILED_CODE ? engineFailed(failure) : null;
}

/** The decisions on lines, by the codes of these and of all parts of damaged ones. */
export function decisionsOfLines(l1: L1Decisions, codes: readonly number[], failure: string): (Decision | null)[] {
  const decisions: (Decision | null)[] = [];
  for (const code of codes) {
    const decision = decisionOfLine(l1, code, failure);
    decisions.push(isSameLine(code) ? graver(decisions.pop() ?? null, decision) : decision);
  }
  return decisions;
}

const GRAVITY = { allow: 1, escalate: 2, block: 3 } as const;

/** The decision on a damaged line: the graver one of its parts. */
export function graver(a: Decision | null, b: Decision | null): Decision | null {
  const gravity = (decision: Decision | null): number => (decision === null ? 0 : GRAVITY[decision.verdict]);
  return gravity(b) > gravity(a) ? b : a;
}
