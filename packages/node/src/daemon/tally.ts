// Counts of final decisions.

import type { Tier } from "@a3s-sentry/core";

/** The verdict of a final decision, which is never an escalation. */
export type FinalVerdict = "allow" | "block";

/** Final decisions by tier and verdict. */
export type DecisionCounts = Readonly<Record<Tier, Record<FinalVerdict, number>>>;

/** The decisions of a batch, and how many of them the fail mode made. */
export interface Tally {
  readonly decisions: DecisionCounts;
  failedOpen: number;
  failedClosed: number;
  /** Decisions of the fail mode because the queue of the slow tiers was full. */
  overloaded: number;
}

export function zeroTally(): Tally {
  return { decisions: zeroCounts(), failedOpen: 0, failedClosed: 0, overloaded: 0 };
}

export function zeroCounts(): DecisionCounts {
  const zero = (): Record<FinalVerdict, number> => ({ allow: 0, block: 0 });
  return { Rules: zero(), Llm: zero(), Agent: zero(), Sae: zero() };
}

/** Adds `more` to `counts`. */
export function addCounts(counts: DecisionCounts, more: DecisionCounts): void {
  for (const tier of tiersOf(counts)) {
    counts[tier].allow += more[tier].allow;
    counts[tier].block += more[tier].block;
  }
}

/** The number of decisions with a verdict, over all tiers. */
export function countOf(counts: DecisionCounts, verdict: FinalVerdict): number {
  return tiersOf(counts).reduce((sum, tier) => sum + counts[tier][verdict], 0);
}

function tiersOf(counts: DecisionCounts): Tier[] {
  return Object.keys(counts) as Tier[];
}
