// Options of loading a policy.

import type { Env, Unresolved } from "./env.js";
import type { Files, ReadFile } from "./files.js";
import type { Include } from "./include.js";
import type { PolicyOverrides } from "./policy.js";
import type { PolicyFormat } from "./source.js";

/** Options of reading a policy's text. */
export interface PolicyOptions {
  /** The policy's name in diagnostics, such as a file name. Default `"policy"`. */
  readonly name?: string;
  /** The format of a policy given as text. Default `"acl"`. */
  readonly format?: PolicyFormat;
  /**
   * The variables that `env("NAME")` reads: own properties, each read at most once. Default: no
   * variable is set. With `"unresolved"`, no variable is looked up: a call is its default, and
   * without one its value is not checked, and a rule or tier that needs it is left out. That is for
   * checks of policies of others.
   */
  readonly env?: Env | Unresolved;
  /**
   * The day that `expires` of rules is compared with, as `YYYY-MM-DD`. Default: today in UTC by the
   * clock, so that rules expire while a sentry judges. `null`: the day is unknown, so an `allow`
   * that expires has expired, and a block or escalation has not.
   */
  readonly date?: string | null;
  /**
   * Returns the files that `include` in the policy names. Default: a policy with `include` is
   * rejected.
   */
  readonly include?: Include;
}

/** Options of reading the files that a policy names (`sae.dict`, `redact.gitleaks`). */
export interface FileOptions {
  /**
   * Returns the text of a file; the path is as the policy has it. Called once per path, during
   * `Sentry.create` or `lint`. Default: `Sentry.create` rejects with a `PolicyError` if the policy
   * names a file.
   */
  readonly readFile?: ReadFile;
  /** Texts of files by path. These files are not read. */
  readonly files?: Files;
}

export interface LoadOptions extends PolicyOptions, FileOptions, PolicyOverrides {}
