// Final decisions counted, by tier and verdict.

import type { Tier } from "@a3s-sentry/core";

/** What a final decision can be: an escalation is none. */
export type FinalVerdict = "allow" | "block";

export type Decisions = Readonly<Record<Tier, Record<FinalVerdict, number>>>;

export function noDecisions(): Decisions {
  const none = (): Record<FinalVerdict, number> => ({ allow: 0, block: 0 });
  return { Rules: none(), Llm: none(), Agent: none(), Sae: none() };
}

export function addDecisions(to: Decisions, more: Decisions): void {
  for (const tier of tiersOf(to)) {
    to[tier].allow += more[tier].allow;
    to[tier].block += more[tier].block;
  }
}

export function sumOf(decisions: Decisions, verdict: FinalVerdict): number {
  return tiersOf(decisions).reduce((sum, tier) => sum + decisions[tier][verdict], 0);
}

function tiersOf(decisions: Decisions): Tier[] {
  return Object.keys(decisions) as Tier[];
}
