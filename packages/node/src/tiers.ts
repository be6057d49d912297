// The L2 and L3 tiers that a policy configures. Their code is loaded only if the policy has them.

import type { Agent, Judge, Llm, TierSettings, Tiers } from "@a3s-sentry/core";

/**
 * Makes the tiers. Relative paths in `agent` are relative to `folder`; `""` is the working
 * directory.
 */
export async function tiersOf({ llm, agent }: TierSettings, folder: string): Promise<Tiers> {
  const tiers: { -readonly [K in keyof Tiers]: Tiers[K] } = {};
  if (llm !== null) {
    const { llmTier } = await import("@a3s-sentry/core/llm");
    tiers.l2 = llmTier(llm);
  }
  if (agent !== null) {
    tiers.l3 = await l3Tier(agent, folder, llm);
  }
  return tiers;
}

/** Does not load the code that starts processes where it cannot work, as in most bundles. */
async function l3Tier(agent: Agent, folder: string, llm: Llm | null): Promise<Judge> {
  const { unavailableTier } = await import("./l3/unavailable.js");
  const unavailable = unavailableTier();
  if (unavailable !== undefined) return unavailable;
  const { agentTier } = await import("./l3/tier.js");
  return agentTier(agent, { folder, llm });
}
