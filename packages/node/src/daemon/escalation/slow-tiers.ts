// Where an escalation can go on to.

import type { Decision, Tiers } from "@a3s-sentry/core";

/** Which slow tiers there are. Plain data: it may cross between threads. */
export interface Routes {
  readonly l2: boolean;
  readonly l3: boolean;
}

export const NO_ROUTES: Routes = { l2: false, l3: false };

export function routesOf({ l2, l3 }: Tiers): Routes {
  return { l2: l2 !== undefined, l3: l3 !== undefined };
}

/** Whether a slow tier is asked about a decision. What the SAE tier escalates is nothing for L2. */
export function goesOn({ verdict, tier }: Decision, { l2, l3 }: Routes): boolean {
  return verdict === "escalate" && (l3 || (l2 && tier !== "Sae"));
}
