// The options of a Sentry, and their check: callers in JavaScript make typing errors too, and one must not disarm a judge.

import type { Tiers } from "./pipeline/judge.js";
import type { Env } from "./policy/env.js";
import type { PolicyOverrides } from "./policy/policy.js";
import type { PolicyFormat } from "./policy/source.js";

/** Options of reading a policy. */
export interface PolicyOptions {
  /** What diagnostics call the policy, such as a file's name. Default `"policy"`. */
  readonly name?: string;
  /** How a policy given as text is written. Default `"acl"`. */
  readonly format?: PolicyFormat;
  /** What `env("NAME")` reads: own properties, each read at most once. Default: nothing is set. */
  readonly env?: Env;
}

/** Options of `Sentry.create`. `failClosed`, `dryRun` and `deny` win over the policy's own settings. */
export interface SentryOptions extends PolicyOptions, PolicyOverrides {
  /** The tiers that an L1 escalation goes on to. Default: none, so that it takes the fail mode. */
  readonly tiers?: Tiers;
}

/** Plain data: what `Sentry.create` takes to make the same sentry again, without tiers. May hold secrets. */
export interface SentryRecipe {
  readonly source: string;
  readonly options: SentryOptions;
}

const TYPES: Readonly<Record<keyof SentryOptions, string>> = {
  name: "string",
  format: "string",
  env: "object",
  failClosed: "boolean",
  dryRun: "boolean",
  deny: "object",
  tiers: "object",
};

/** Throws a `TypeError` at an option that is unknown or has a wrong type. */
export function checkOptions(options: SentryOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const wanted = Object.hasOwn(TYPES, name) ? TYPES[name as keyof SentryOptions] : undefined;
    if (wanted === undefined) throw new TypeError(`unknown option \`${name}\``);
    if (value !== undefined && (typeof value !== wanted || value === null)) {
      throw new TypeError(`option \`${name}\` must be of type ${wanted}`);
    }
  }
  for (const [name, file] of Object.entries(options.deny ?? {})) {
    if (name !== "egress" && name !== "file" && name !== "exec")
      throw new TypeError(`unknown deny-file \`${name}\`: they are \`egress\`, \`file\` and \`exec\``);
    if (file !== undefined && file !== null && typeof file !== "string")
      throw new TypeError(`option \`deny.${name}\` must be a path, or \`null\` for none`);
  }
  for (const [name, tier] of Object.entries(options.tiers ?? {})) {
    if (name !== "l2" && name !== "l3")
      throw new TypeError(`unknown tier \`${name}\`: the tiers are \`l2\` and \`l3\``);
    if (tier !== undefined && typeof tier?.judge !== "function")
      throw new TypeError(`tier \`${name}\` has no \`judge\` function`);
  }
}
