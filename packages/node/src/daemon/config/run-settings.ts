// The settings of a run from flags and environment variables. A flag overrides its variable.

import type { Agent, Llm, PolicyOverrides, StreamLines } from "@a3s-sentry/core";
import type { Address } from "./address.js";
import { type VariableName, variable } from "./environment-variables.js";
import {
  parseAuditLost,
  parseDecisions,
  parseInteger,
  parseListenAddress,
  parseSeconds,
  parseSeverity,
  parseSwitch,
  parseUrl,
  type Setting,
} from "./setting-values.js";
import { SettingsError } from "./settings-error.js";
import type { AuditLost } from "./words.js";

export interface RunFlags {
  readonly config?: string;
  readonly policy?: string;
  readonly llmUrl?: string;
  readonly llmModel?: string;
  readonly llmKey?: string;
  readonly llmKeyFile?: string;
  readonly llmTimeout?: string;
  readonly agentBin?: string;
  readonly skills?: string;
  readonly agentTimeout?: string;
  readonly speculate?: string;
  readonly decisions?: string;
  readonly auditLost?: string;
  readonly workers?: string;
  readonly queue?: string;
  readonly egressDeny?: string;
  readonly fileDeny?: string;
  readonly execDeny?: string;
  readonly failClosed?: boolean;
  readonly dryRun?: boolean;
  readonly metricsAddr?: string;
  readonly date?: string;
  /** Lines of JSON on a terminal too. No setting: it is about the terminal alone. */
  readonly json?: boolean;
}

export interface RunSettings {
  /** The path of the configuration. */
  readonly config?: string;
  /** The path of the rules file. */
  readonly policy?: string;
  /** The day to judge as on, instead of the clock's. */
  readonly date?: string;
  /** Override the settings of the files. */
  readonly overrides: PolicyOverrides;
  /** Each field overrides that of the files. Contains a secret. */
  readonly llm: Partial<Llm>;
  readonly agent: Partial<Agent>;
  /** How many escalations the slow tiers judge at a time. */
  readonly workers: number;
  /** How many more escalations may wait. */
  readonly queue: number;
  /** The lines of the input that get a line of the output. */
  readonly decisions: StreamLines;
  /** What the run does without a reader of its output. */
  readonly auditLost: AuditLost;
  /** Where metrics are served. */
  readonly metrics?: Address;
  /** Variables whose text is unclear, one message each. */
  readonly warnings: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

const WORKERS = { min: 1, max: 1024, fallback: 4 };
/** Each escalation that waits may hold a line of 256 KiB. */
const QUEUE = { min: 0, max: 65_536, fallback: 256 };

/** Throws a `SettingsError`. */
export function runSettings(flags: RunFlags, env: Env): RunSettings {
  const fromFlag = (flag: string | undefined, name: VariableName): Setting | undefined =>
    flag === undefined ? undefined : { text: flag, source: `--${name.toLowerCase().replaceAll("_", "-")}` };
  const fromVariable = (name: VariableName): Setting | undefined => {
    const text = variable(env, name);
    return text === undefined ? undefined : { text, source: `A3S_SENTRY_${name}` };
  };
  const setting = (flag: string | undefined, name: VariableName): Setting | undefined =>
    fromFlag(flag, name) ?? fromVariable(name);
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  /** Rejects an empty text: it comes from a script whose variable is not set. */
  const nonEmpty = (flag: string | undefined, name: VariableName): string | undefined => {
    const given = setting(flag, name);
    if (given?.text === "") throw new SettingsError(`\`${given.source}\` must not be empty`);
    return given?.text;
  };
  /** `null` for the flag with an empty text: no file, even if the policy names one. */
  const denyFile = (flag: string | undefined, name: VariableName): string | null | undefined =>
    flag === "" ? null : setting(flag, name)?.text;
  const deny = defined({
    egress: denyFile(flags.egressDeny, "EGRESS_DENY"),
    file: denyFile(flags.fileDeny, "FILE_DENY"),
    exec: denyFile(flags.execDeny, "EXEC_DENY"),
  });
  const overrides = defined({
    failClosed: flags.failClosed ?? parseSwitch(fromVariable("FAIL_CLOSED"), warn),
    dryRun: flags.dryRun ?? parseSwitch(fromVariable("DRY_RUN"), warn),
    speculate: parseSeverity(fromFlag(flags.speculate, "SPECULATE"), fromVariable("SPECULATE"), warn),
  });
  return {
    ...defined({
      config: nonEmpty(flags.config, "CONFIG"),
      policy: nonEmpty(flags.policy, "POLICY"),
      date: flags.date,
      metrics: parseListenAddress(setting(flags.metricsAddr, "METRICS_ADDR")),
    }),
    overrides: { ...overrides, deny },
    llm: defined({
      url: parseUrl(setting(flags.llmUrl, "LLM_URL")),
      model: nonEmpty(flags.llmModel, "LLM_MODEL")?.trim() || undefined,
      ...keyFrom(flags, env),
      timeoutS: parseSeconds(setting(flags.llmTimeout, "LLM_TIMEOUT")),
    }),
    agent: defined({
      bin: nonEmpty(flags.agentBin, "AGENT_BIN"),
      skills: nonEmpty(flags.skills, "SKILLS"),
      timeoutS: parseSeconds(setting(flags.agentTimeout, "AGENT_TIMEOUT")),
    }),
    workers: parseInteger(setting(flags.workers, "WORKERS"), WORKERS),
    queue: parseInteger(setting(flags.queue, "QUEUE"), QUEUE),
    decisions: parseDecisions(setting(flags.decisions, "DECISIONS")),
    auditLost: parseAuditLost(setting(flags.auditLost, "AUDIT_LOST")),
    warnings,
  };
}

/** The key of L2, or its file. A flag of either overrides both variables. */
function keyFrom(
  { llmKey, llmKeyFile }: RunFlags,
  env: Env,
): { key?: string | undefined; keyFile?: string | undefined } {
  if (llmKey !== undefined && llmKeyFile !== undefined) {
    throw new SettingsError("`--llm-key` and `--llm-key-file` exclude each other: give one of them");
  }
  if (llmKeyFile === "") throw new SettingsError("`--llm-key-file` must not be empty");
  if (llmKey !== undefined || llmKeyFile !== undefined) return { key: llmKey, keyFile: llmKeyFile };
  const [key, keyFile] = [variable(env, "LLM_KEY"), variable(env, "LLM_KEY_FILE")];
  if (key !== undefined && keyFile !== undefined) {
    throw new SettingsError("`A3S_SENTRY_LLM_KEY` and `A3S_SENTRY_LLM_KEY_FILE` are both set: unset one of them");
  }
  return { key, keyFile };
}

/** `table` without its undefined members. */
function defined<T extends object>(table: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
