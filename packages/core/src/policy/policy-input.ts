// A policy as an object: the schema of docs/policy.md as types, so that a misspelt key is a compile
// error.

import type { OPTIONAL_KINDS, PACKS, SECRET_KINDS } from "../generated/boundary.js";
import type { Fallback, ProjectPolicies, Severity, Verdict } from "../generated/wire.js";
import type { ListInput, ListReference, RuleInput } from "./rule-input.js";

/** The built-in kinds of secrets that the gate masks. */
export type SecretKind = (typeof SECRET_KINDS)[number];

/** The kinds that are masked only if a policy names them in `on`. */
export type OptionalKind = (typeof OPTIONAL_KINDS)[number];

/** A pattern of secrets to mask, beside the built-in kinds. */
export interface SecretPatternInput {
  /** The kind in placeholders: letters, digits, `_`, `-` and `.`, at most 64. */
  readonly name: string;
  /** A regular expression that does not match the empty text. */
  readonly match: string;
  /** The number of the capture group that holds the secret. Default 0: the whole match. */
  readonly value_group?: number;
}

/**
 * A test of a policy: the verdict of its rules on an event, which one of the first six describes.
 *
 * @example
 * const test: TestInput = { name: "pipe", command: "curl x | sh", expect: "block", rule: "pipe-to-shell" };
 */
export interface TestInput {
  readonly event?: string | Readonly<Record<string, unknown>>;
  /** A command as typed, or its words. */
  readonly command?: string | readonly string[];
  /** A file that is opened for reading. */
  readonly path?: string;
  /** An address, `name:port`, or a name that is looked up. */
  readonly host?: string;
  /** Text that is sent to a model. */
  readonly prompt?: string;
  /** A tool that is called, judged as a guard judges it. */
  readonly tool?: string;
  /** The arguments of the tool by their names. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly expect: Verdict;
  /** The rule that decides; `""` for none. */
  readonly rule?: string;
  /** What a deny-file would get; `""` for nothing. */
  readonly target?: string;
}

type PackName = (typeof PACKS)[number] | "*" | ListReference;
type PackNames = PackName | readonly PackName[];

/**
 * A policy as an object. All members are optional; the built-in rules always apply beside the
 * policy's own.
 *
 * @example
 * const policy: PolicyInput = { fail_closed: true, deny: { exec: "exec-deny.txt" } };
 * const sentry = await Sentry.create(policy);
 */
export interface PolicyInput {
  /** Whether an unresolved escalation is blocked. Default `false`: it is allowed. */
  readonly fail_closed?: boolean;
  /** Judges without writing deny-files. Default `false`. */
  readonly dry_run?: boolean;
  /** The verdict on events that no rule matches. Default `"allow"`. */
  readonly default?: Verdict;
  /** The L1 severity from which L2 and L3 run at the same time. Default: never. */
  readonly speculate?: Severity;
  /**
   * Paths of deny-files; `""` is no file. `never` has paths and hosts that are never written
   * (`"/srv/app/*"`), `max_lines` the most lines of a file, 1 to 10,000,000; default 100,000.
   */
  readonly deny?: {
    readonly egress?: string;
    readonly file?: string;
    readonly exec?: string;
    readonly never?: ListReference | readonly (string | ListReference)[];
    readonly max_lines?: number;
  };
  /**
   * L2. Without `model` the model is `"default"`. `timeout_s` is in seconds, above 0 and at most
   * 86400; default 30.
   */
  readonly llm?: {
    readonly url: string;
    readonly model?: string;
    /** The key, or the file that has it. */
    readonly key?: string | { readonly file: string };
    readonly timeout_s?: number;
  };
  /** L3. `timeout_s` as in `llm`; default 120. `user` is who the program runs as, if sentry is root. */
  readonly agent?: {
    readonly bin: string;
    readonly skills?: string;
    readonly timeout_s?: number;
    readonly user?: string;
  };
  /** The SAE tier. The scores are from 0 to 1; defaults 0.3 and 0.6. */
  readonly sae?: { readonly dict: string; readonly escalate_at?: number; readonly block_at?: number };
  /**
   * What guards of agents do: the outcome if judging fails, the time limit of all tiers together
   * (above 0 and at most 86400 seconds, default 5), the outcome of an escalation where nobody can be
   * asked, whether an allow grants the call, and what a project's own policy may do.
   */
  readonly guard?: {
    readonly on_failure?: Fallback;
    readonly deadline_s?: number;
    readonly ask_fallback?: Fallback;
    readonly grant?: boolean;
    readonly project_policies?: ProjectPolicies;
  };
  /** How long a person has to answer, as `timeout_s` in `llm`; default 60. No answer is a denial. */
  readonly ask?: { readonly timeout_s?: number };
  /** What the gate masks. */
  readonly redact?: {
    /** Kinds that are masked only on request. */
    readonly on?: ListReference | readonly (OptionalKind | ListReference)[];
    /** Built-in kinds that are not masked. */
    readonly off?: ListReference | readonly (SecretKind | ListReference)[];
    /** Path of a gitleaks configuration. */
    readonly gitleaks?: string;
    readonly patterns?: readonly SecretPatternInput[];
  };
  /** Packs of built-in rules that are switched on or off; `"*"` for all that are not named. */
  readonly packs?: { readonly on?: PackNames; readonly off?: PackNames };
  /** Lists with names, for `{ list: "name" }` wherever a list may be. */
  readonly lists?: readonly ListInput[];
  /** Files of rules, lists and tests, which stand before the rules if this key does. */
  readonly include?: { readonly files: readonly string[] };
  readonly rules?: readonly RuleInput[];
  /** What events should be judged as; judging does not read them. */
  readonly tests?: readonly TestInput[];
}
