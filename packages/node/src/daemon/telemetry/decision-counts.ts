// Counts of final decisions, by tier and verdict.

import type { Tier } from "@a3s-sentry/core";

/** The verdict of a final decision, which is never an escalation. */
export type FinalVerdict = "allow" | "block";

export type DecisionCounts = Readonly<Record<Tier, Record<FinalVerdict, number>>>;

export function zeroCounts(): DecisionCounts {
  const zero = (): Record<FinalVerdict, number> => ({ allow: 0, block: 0 });
  return { Rules: zero(), Llm: zero(), Agent: zero(), Sae: zero() };
}

export function addCounts(to: DecisionCounts, more: DecisionCounts): void {
  for (const tier of tiersOf(to)) {
    to[tier].allow += more[tier].allow;
    to[tier].block += more[tier].block;
  }
}

/** The sum over all tiers. */
export function countOf(counts: DecisionCounts, verdict: FinalVerdict): number {
  return tiersOf(counts).reduce((sum, tier) => sum + counts[tier][verdict], 0);
}

function tiersOf(counts: DecisionCounts): Tier[] {
  return Object.keys(counts) as Tier[];
}
