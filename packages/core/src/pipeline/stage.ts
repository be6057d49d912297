// How far a judgment got that was asked to go no further than one stage.

import type { Decision } from "../decision/decision.js";

/** Why an escalation must not go on to the next tier. */
export type StopReason = "incomplete-evidence" | "not-judged";

/** What became of an event at a stage. */
export interface StageResult {
  /** What L1 says; for `LlmActivations` events, the SAE tier if there is one. */
  readonly l1Decision: Decision;
  /** `"completed"`: decided. `"escalated"`: for the next tier to decide. `"stopped"`: an escalation that must not go there. */
  readonly stageStatus: "completed" | "escalated" | "stopped";
  /** Whether the next tier may be asked; says nothing of whether there is one. */
  readonly nextTierEligible: boolean;
  /**
   * Only where stopped. `"incomplete-evidence"`: the collector cut the event, and a tier would judge what an attacker left it to see.
   * `"not-judged"`: the rule engine failed on the event, so nothing of it is known.
   */
  readonly stopReason?: StopReason;
}

/** What became of an event up to L2. `l2Decision` is absent where L2 was not asked. */
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
