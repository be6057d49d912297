// Tiers for tests: each judgment waits until the test answers it.

import type { Judge, JudgedEvent, Tier, TierDecision } from "@a3s-sentry/core";

export const BLOCK: TierDecision = { verdict: "block", severity: "high", reason: "L2: harmful" };
export const ALLOW: TierDecision = { verdict: "allow", severity: "low", reason: "L2: harmless" };
export const ESCALATE: TierDecision = { verdict: "escalate", severity: "medium", reason: "L2: unsure" };

/** A judgment that has begun. */
export interface Asked {
  readonly event: JudgedEvent;
  readonly signal: AbortSignal;
  answer(decision: TierDecision): void;
}

/** A tier that answers when it is told to. */
export class Oracle implements Judge {
  readonly tier: Tier;
  readonly asked: Asked[] = [];

  constructor(tier: Tier = "Llm") {
    this.tier = tier;
  }

  judge(event: JudgedEvent, { signal }: { readonly signal: AbortSignal }): Promise<TierDecision> {
    return new Promise((answer) => this.asked.push({ event, signal, answer }));
  }
}

/** A tier that answers at once. */
export function prompt(tier: Tier, answer: (event: JudgedEvent) => TierDecision): Judge {
  return { tier, judge: async (event) => answer(event) };
}
