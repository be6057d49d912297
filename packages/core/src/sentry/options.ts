// The options of a sentry, and the spec that makes the same one again.

import type { MakeTiers, Tiers } from "../pipeline/tier.js";
import type { FileOptions, PolicyOptions } from "../policy/options.js";
import type { PolicyOverrides } from "../policy/policy.js";

/**
 * Options of `Sentry.create`. The members of {@link PolicyOverrides} override the policy's own
 * settings.
 */
export interface SentryOptions extends PolicyOptions, FileOptions, PolicyOverrides {
  /**
   * The tiers that judge L1's escalations, or a function that makes them. Default: none, so the
   * fail mode applies.
   */
  readonly tiers?: Tiers | MakeTiers;
}

/**
 * What `Sentry.create` takes to make the same sentry again, without its tiers. Plain data. It may
 * hold secrets.
 */
export interface SentrySpec {
  readonly source: string;
  readonly options: SentryOptions;
}
