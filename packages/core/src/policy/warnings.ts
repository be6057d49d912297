// Warnings about the tiers of a sentry.

import type { Tiers } from "../pipeline/tier.js";
import type { Policy } from "./policy.js";

/**
 * One sentence for each tier that the policy configures and `tiers` lacks, and the warnings of the
 * tiers themselves. The SAE tier is never missing: it is built in.
 */
export function tierWarnings(policy: Policy, tiers: Tiers): string[] {
  const outcome = policy.failClosed ? "blocked (fail-closed)" : "allowed (fail-open)";
  const warnings: string[] = [];
  const warn = (key: string, tier: string): void => {
    warnings.push(
      `the policy configures \`${key}\`, but there is no ${tier} tier: escalations that no other tier resolves are ${outcome}`,
    );
  };
  if (policy.llm !== null && tiers.l2 === undefined) warn("llm", "L2");
  if (policy.agent !== null && tiers.l3 === undefined) warn("agent", "L3");
  return [...warnings, ...[tiers.l2, tiers.l3, tiers.sae].flatMap((judge) => judge?.warnings ?? [])];
}
