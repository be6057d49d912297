// The L2 and L3 tiers that a policy configures. Their code is loaded only if the policy has them.

import type { TierSettings, Tiers } from "@a3s-sentry/core";

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
    const { agentTier } = await import("./l3/tier.js");
    tiers.l3 = agentTier(agent, { folder, llm });
  }
  return tiers;
}
