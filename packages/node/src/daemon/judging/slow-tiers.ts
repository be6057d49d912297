// Which slow tiers a policy has, and which escalations they decide.

import type { Decision, Severity, Tiers } from "@a3s-sentry/core";
import { OVERSIZED_EVENT } from "@a3s-sentry/core/host";

/** Plain data, so it can cross between threads. */
export interface SlowTiers {
  readonly l2: boolean;
  readonly l3: boolean;
}

export const NO_SLOW_TIERS: SlowTiers = { l2: false, l3: false };

export function slowTiersOf({ l2, l3 }: Tiers): SlowTiers {
  return { l2: l2 !== undefined, l3: l3 !== undefined };
}

/**
 * Whether a slow tier is asked about a decision. L2 does not judge escalations of the SAE tier, and
 * of a line that is too long there is no event to judge.
 */
export function needsSlowTier(decision: Decision, { l2, l3 }: SlowTiers): boolean {
  const { verdict, tier } = decision;
  if (decision === OVERSIZED_EVENT) return false;
  return verdict === "escalate" && (l3 || (l2 && tier !== "Sae"));
}

/** Whether an escalation of a severity goes before others of its agent, and may use the reserve. */
export function isUrgent(severity: Severity): boolean {
  return severity === "high" || severity === "critical";
}
