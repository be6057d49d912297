// The result of a judgement that stops after L1 or L2.

import type { Decision } from "../decision/decision.js";

/** Why the next tier must not judge an escalation. */
export type StopReason = "incomplete-evidence" | "not-judged";

/** The result of `evaluateL1`. */
export interface StageResult {
  /** L1's decision; for `LlmActivations` events, that of the SAE tier if there is one. */
  readonly l1Decision: Decision;
  /**
   * `"completed"`: allowed or blocked. `"escalated"`: the next tier is to decide. `"stopped"`: an
   * escalation that the next tier must not judge.
   */
  readonly stageStatus: "completed" | "escalated" | "stopped";
  /** Whether the next tier may judge the event, whether or not there is one. */
  readonly nextTierEligible: boolean;
  /**
   * Only if stopped. `"incomplete-evidence"`: the collector cut the event, and an attacker may have
   * chosen which part is left. `"not-judged"`: the rule engine failed on the event.
   */
  readonly stopReason?: StopReason;
}

/** The result of `evaluateThroughL2`. `l2Decision` is absent if L2 did not judge the event. */
export interface StageL2Result extends StageResult {
  readonly l2Decision?: Decision;
}

type Stage = Pick<StageResult, "stageStatus" | "nextTierEligible" | "stopReason">;

export function stageOf({ verdict, evidence }: Decision): Stage {
  if (verdict !== "escalate") return { stageStatus: "completed", nextTierEligible: false };
  return evidence === "partial" ? stopped("incomplete-evidence") : { stageStatus: "escalated", nextTierEligible: true };
}

export function stopped(stopReason: StopReason): Stage {
  return { stageStatus: "stopped", nextTierEligible: false, stopReason };
}
