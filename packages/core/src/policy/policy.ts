// A policy as callers see it: with overrides applied, without secrets, frozen.

import type {
  Agent,
  Ask,
  DefaultInfo,
  DenyLimits as DenyLimitsInfo,
  Guard,
  Llm,
  PolicyInfo,
  RedactInfo,
  RuleInfo,
  Sae,
  Severity,
} from "../generated/wire.js";
import { deepFreeze } from "../util/freeze.js";

/** One rule in force. `reason` is the full reason of its decisions, `"<name>: <reason>"`. */
export interface Rule extends Readonly<Omit<RuleInfo, "overrides" | "conditions">> {
  /** The conditions beside the pattern: `command`, `code`, `tool`, `args`, `unless`, `agents`. */
  readonly conditions?: readonly string[];
  /** Built-in rules, by name, that have no say in what this rule matches. */
  readonly overrides: readonly string[];
}

/** The decision on events that no rule matches: the policy's `default`. */
export type PolicyDefault = Readonly<DefaultInfo>;

/** The paths of the deny-files, as the policy has them; `null` for a kind without a file. */
export interface DenyFiles {
  readonly egress: string | null;
  readonly file: string | null;
  readonly exec: string | null;
}

/** What the deny-files never hold, as patterns of paths and hosts, and the most lines of a file. */
export interface DenyLimits extends Readonly<Omit<DenyLimitsInfo, "never">> {
  readonly never: readonly string[];
}

/** The L2 settings, without the key. */
export interface LlmSettings extends Readonly<Omit<Llm, "key" | "keyFile">> {
  readonly hasKey: boolean;
}

/**
 * Names of the policy's own secret patterns, built-in kinds that are off, and the path of a
 * gitleaks configuration.
 */
export interface RedactSettings extends Readonly<Omit<RedactInfo, "patterns" | "off">> {
  readonly patterns: readonly string[];
  readonly off: readonly string[];
}

/** What guards of agents do: the section `guard`. */
export type GuardPolicy = Readonly<Guard>;

/** How a person is asked: the section `ask`. */
export type AskSettings = Readonly<Ask>;

/** A policy in force. It has no secrets and may be logged. */
export interface Policy {
  /** The policy's own rules in order, then the built-in rules. */
  readonly rules: readonly Rule[];
  /** The top-level keys that the source sets. */
  readonly keys: readonly string[];
  /** The decision on events that no rule matches. */
  readonly default: PolicyDefault;
  readonly failClosed: boolean;
  readonly dryRun: boolean;
  readonly speculate: Severity | null;
  readonly deny: DenyFiles;
  readonly denyLimits: DenyLimits;
  readonly llm: LlmSettings | null;
  readonly agent: Readonly<Agent> | null;
  readonly sae: Readonly<Sae> | null;
  readonly guard: GuardPolicy;
  readonly ask: AskSettings;
  readonly redact: RedactSettings;
}

/** Settings that override the policy's own; `null` removes a setting. */
export interface PolicyOverrides {
  readonly failClosed?: boolean;
  readonly dryRun?: boolean;
  readonly deny?: Partial<DenyFiles>;
  readonly speculate?: Severity | null;
  readonly llm?: Readonly<Llm> | null;
  readonly agent?: Readonly<Agent> | null;
  readonly sae?: Readonly<Sae> | null;
}

/** A policy with its settings overridden. Holds secrets. */
export function overridden(info: PolicyInfo, overrides: PolicyOverrides): PolicyInfo {
  const { failClosed = info.failClosed, dryRun = info.dryRun, speculate = info.speculate } = overrides;
  const { llm = info.llm, agent = info.agent, sae = info.sae, deny = {} } = overrides;
  const sections = { llm: copy(llm), agent: copy(agent), sae: copy(sae), deny: denyFiles(info.deny, deny) };
  return { ...info, failClosed, dryRun, speculate, ...sections };
}

/** A policy without its secrets. */
export function publicPolicy({ llm, ...rest }: PolicyInfo): Policy {
  const shown = llm && publicLlm(llm);
  return deepFreeze({ ...rest, llm: shown });
}

function publicLlm({ url, model, key, keyFile, timeoutS }: Llm): LlmSettings {
  return { url, model, hasKey: key !== null || keyFile !== undefined, timeoutS };
}

/** A copy, since the result is frozen later and the caller's object must not be. */
function copy<T extends object>(section: T | null): T | null {
  return section && { ...section };
}

function denyFiles(written: DenyFiles, override: Partial<DenyFiles>): DenyFiles {
  const { egress = written.egress, file = written.file, exec = written.exec } = override;
  // An empty path is no file.
  return { egress: egress || null, file: file || null, exec: exec || null };
}
