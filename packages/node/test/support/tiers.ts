// Tiers for tests: each judgement waits until the test answers it.

import type { Judge, JudgedEvent, Tier, TierDecision } from "@a3s-sentry/core";

export const BLOCK: TierDecision = { verdict: "block", severity: "high", reason: "L2: harmful" };
export const ALLOW: TierDecision = { verdict: "allow", severity: "low", reason: "L2: harmless" };
export const ESCALATE: TierDecision = { verdict: "escalate", severity: "medium", reason: "L2: unsure" };

/** A judgement that has begun. */
export interface Judgement {
  readonly event: JudgedEvent;
  readonly signal: AbortSignal;
  answer(decision: TierDecision): void;
}

/** A tier whose answers the test gives. */
export class ManualTier implements Judge {
  readonly tier: Tier;
  readonly asked: Judgement[] = [];

  constructor(tier: Tier = "Llm") {
    this.tier = tier;
  }

  judge(event: JudgedEvent, { signal }: { readonly signal: AbortSignal }): Promise<TierDecision> {
    return new Promise((answer) => this.asked.push({ event, signal, answer }));
  }
}

/** A tier that answers at once. */
export function immediateTier(tier: Tier, answer: (event: JudgedEvent) => TierDecision): Judge {
  return { tier, judge: async (event) => answer(event) };
}
