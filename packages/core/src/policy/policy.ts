// A policy as callers see it: frozen, with overrides applied and without secrets.

import type { Agent, Llm, PolicyInfo, RedactInfo, RuleInfo, Sae, Severity } from "../generated/wire.js";

/** One rule in force. `reason` is the whole reason of its decisions, `"<name>: <reason>"`. */
export type Rule = Readonly<RuleInfo>;

/** Where blocks are written, as the policy has it; `null` where it names no file. */
export interface DenyFiles {
  readonly egress: string | null;
  readonly file: string | null;
  readonly exec: string | null;
}

/** The L2 settings, without the key. */
export interface LlmSettings extends Readonly<Omit<Llm, "key">> {
  readonly hasKey: boolean;
}

/** What is masked beside the built-in kinds, which of these are not, and the path of a gitleaks configuration. */
export interface RedactSettings extends Readonly<Omit<RedactInfo, "patterns" | "off">> {
  readonly patterns: readonly string[];
  readonly off: readonly string[];
}

/** A policy in force. Holds no secret: it may be logged. */
export interface Policy {
  /** Site rules in the order of the document, then the built-in ones. */
  readonly rules: readonly Rule[];
  /** The top-level keys that the source sets. */
  readonly keys: readonly string[];
  readonly failClosed: boolean;
  readonly dryRun: boolean;
  readonly speculate: Severity | null;
  readonly deny: DenyFiles;
  readonly llm: LlmSettings | null;
  readonly agent: Readonly<Agent> | null;
  readonly sae: Readonly<Sae> | null;
  readonly redact: RedactSettings;
}

/** Settings that win over the policy's own; `null` is for none. */
export interface PolicyOverrides {
  readonly failClosed?: boolean;
  readonly dryRun?: boolean;
  readonly deny?: Partial<DenyFiles>;
  readonly speculate?: Severity | null;
  readonly llm?: Readonly<Llm> | null;
  readonly agent?: Readonly<Agent> | null;
  readonly sae?: Readonly<Sae> | null;
}

/** A policy with the overrides in the place of its own settings. Holds secrets. */
export function overridden(info: PolicyInfo, overrides: PolicyOverrides): PolicyInfo {
  const { failClosed = info.failClosed, dryRun = info.dryRun, speculate = info.speculate } = overrides;
  const { llm = info.llm, agent = info.agent, sae = info.sae, deny = {} } = overrides;
  const sections = { llm: copy(llm), agent: copy(agent), sae: copy(sae), deny: denyFiles(info.deny, deny) };
  return { ...info, failClosed, dryRun, speculate, ...sections };
}

/** What of a policy is for everybody to see. */
export function publicPolicy({ llm, ...rest }: PolicyInfo): Policy {
  const shown = llm && { url: llm.url, model: llm.model, hasKey: llm.key !== null, timeoutS: llm.timeoutS };
  return deepFreeze({ ...rest, llm: shown });
}

/** What a caller gave stays the caller's. */
function copy<T extends object>(section: T | null): T | null {
  return section && { ...section };
}

function denyFiles(written: DenyFiles, override: Partial<DenyFiles>): DenyFiles {
  const { egress = written.egress, file = written.file, exec = written.exec } = override;
  return { egress, file, exec };
}

export function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
