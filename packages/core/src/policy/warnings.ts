// What a policy asks for that nothing is plugged in for.

import type { Tiers } from "../pipeline/tier.js";
import type { Policy } from "./policy.js";

/** One sentence for each tier that the policy configures and `tiers` lacks. An SAE tier never lacks: the engine has one. */
export function missingTiers(policy: Policy, tiers: Tiers): string[] {
  const outcome = policy.failClosed ? "blocked (fail-closed)" : "allowed (fail-open)";
  const warnings: string[] = [];
  const warn = (key: string, tier: string): void => {
    warnings.push(
      `the policy configures \`${key}\`, but no ${tier} tier is plugged in: what no other tier settles is ${outcome}`,
    );
  };
  if (policy.llm !== null && tiers.l2 === undefined) warn("llm", "L2");
  if (policy.agent !== null && tiers.l3 === undefined) warn("agent", "L3");
  return warnings;
}
