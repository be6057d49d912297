// The slow tiers that a policy configures. What they are made of is loaded only where they are.

import type { TierSettings, Tiers } from "@a3s-sentry/core";

/** Where relative paths of the agent's settings start; `""` is the working directory. */
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
