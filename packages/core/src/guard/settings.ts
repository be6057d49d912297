// What a policy says about guards.

import type { Policy } from "../policy/policy.js";

export interface GuardSettings {
  readonly onFailure: "deny" | "allow";
  /** The time of L2 and L3 together. */
  readonly deadlineS: number;
  readonly askFallback: "deny" | "allow";
  readonly grant: boolean;
  /** How long a person is asked. */
  readonly askTimeoutS: number;
  readonly dryRun: boolean;
}

export function guardSettings({ dryRun }: Policy): GuardSettings {
  return { onFailure: "deny", deadlineS: 5, askFallback: "deny", grant: false, askTimeoutS: 60, dryRun };
}
