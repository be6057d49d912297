// The options of a Sentry.

import type { MakeTiers, Tiers } from "../pipeline/tier.js";
import type { Env } from "../policy/env.js";
import type { Files, ReadFile } from "../policy/files.js";
import type { PolicyOverrides } from "../policy/policy.js";
import type { PolicyFormat } from "../policy/source.js";

/** Options of reading a policy. */
export interface PolicyOptions {
  /** What diagnostics call the policy, such as a file's name. Default `"policy"`. */
  readonly name?: string;
  /** How a policy given as text is written. Default `"acl"`. */
  readonly format?: PolicyFormat;
  /** What `env("NAME")` reads: own properties, each read at most once. Default: nothing is set. */
  readonly env?: Env;
}

/** Options of `Sentry.create`. Those of {@link PolicyOverrides} win over the policy's own settings. */
export interface SentryOptions extends PolicyOptions, PolicyOverrides {
  /** The tiers that an L1 escalation goes on to, or what makes them. Default: none, so that it takes the fail mode. */
  readonly tiers?: Tiers | MakeTiers;
  /**
   * How files that the policy names (`sae.dict`, `redact.gitleaks`) are read: a path as it is written there, to the file's
   * text. Called while the sentry is created, once a path. Default: a policy that names one is a `PolicyError`.
   */
  readonly readFile?: ReadFile;
  /** Texts of such files by their paths; those in here are not read. */
  readonly files?: Files;
}

/** Plain data: what `Sentry.create` takes to make the same sentry again, without tiers. May hold secrets. */
export interface SentrySpec {
  readonly source: string;
  readonly options: SentryOptions;
}
