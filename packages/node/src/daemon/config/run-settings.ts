// What a run is told by flags and by variables; a flag wins.

import type { Agent, Llm, PolicyOverrides, Severity } from "@a3s-sentry/core";
import { type Address, readAddress } from "./address.js";
import { type VariableName, variable } from "./environment-variables.js";

export interface RunFlags {
  readonly config?: string;
  readonly policy?: string;
  readonly llmUrl?: string;
  readonly llmModel?: string;
  readonly llmKey?: string;
  readonly llmTimeout?: string;
  readonly agentBin?: string;
  readonly skills?: string;
  readonly agentTimeout?: string;
  readonly speculate?: string;
  readonly workers?: string;
  readonly queue?: string;
  readonly egressDeny?: string;
  readonly fileDeny?: string;
  readonly execDeny?: string;
  readonly failClosed?: boolean;
  readonly dryRun?: boolean;
  readonly metricsAddr?: string;
}

export interface RunSettings {
  /** File with the whole configuration. */
  readonly config?: string;
  /** File with rules. */
  readonly policy?: string;
  /** Wins over what the files say. */
  readonly overrides: PolicyOverrides;
  /** Each field wins over what the files say of the tier. Holds a secret. */
  readonly llm: Partial<Llm>;
  readonly agent: Partial<Agent>;
  /** How many escalations the slow tiers judge at a time, and how many more may wait for them. */
  readonly workers: number;
  readonly queue: number;
  /** Where metrics are served, if anywhere. */
  readonly metrics?: Address;
}

/** Settings that are wrong, or do not go together. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

type Env = Readonly<Record<string, string | undefined>>;

export const SEVERITIES: readonly Severity[] = ["info", "low", "medium", "high", "critical"];
const WORKERS = { least: 1, most: 1024, usual: 4 };
/** Each that waits may hold a line of 256 KiB. */
const QUEUE = { least: 0, most: 65_536, usual: 256 };
const MAX_TIMEOUT_S = 86_400;

/** Throws a `SettingsError`. */
export function runSettings(flags: RunFlags, env: Env): RunSettings {
  /** What is told, by what it was told by. */
  const told = (flag: string | undefined, name: VariableName): Told | undefined => {
    if (flag !== undefined) return { text: flag, by: `--${name.toLowerCase().replaceAll("_", "-")}` };
    const text = variable(env, name);
    return text === undefined ? undefined : { text, by: `A3S_SENTRY_${name}` };
  };
  /** As in a policy, what is told is not empty: a script's variable that nobody has set. */
  const words = (flag: string | undefined, name: VariableName): string | undefined => {
    const given = told(flag, name);
    if (given?.text === "") throw new SettingsError(`\`${given.by}\` must not be empty`);
    return given?.text;
  };
  const deny = defined({
    egress: words(flags.egressDeny, "EGRESS_DENY"),
    file: words(flags.fileDeny, "FILE_DENY"),
    exec: words(flags.execDeny, "EXEC_DENY"),
  });
  const overrides = defined({
    failClosed: flags.failClosed ?? (variable(env, "FAIL_CLOSED") === undefined ? undefined : true),
    dryRun: flags.dryRun ?? (variable(env, "DRY_RUN") === undefined ? undefined : true),
    speculate: severity(told(flags.speculate, "SPECULATE")),
  });
  return {
    ...defined({
      config: words(flags.config, "CONFIG"),
      policy: words(flags.policy, "POLICY"),
      metrics: address(told(flags.metricsAddr, "METRICS_ADDR")),
    }),
    overrides: { ...overrides, deny },
    llm: defined({
      url: httpUrl(told(flags.llmUrl, "LLM_URL")),
      model: words(flags.llmModel, "LLM_MODEL")?.trim() || undefined,
      key: flags.llmKey ?? variable(env, "LLM_KEY"),
      timeoutS: seconds(told(flags.llmTimeout, "LLM_TIMEOUT")),
    }),
    agent: defined({
      bin: words(flags.agentBin, "AGENT_BIN"),
      skills: words(flags.skills, "SKILLS"),
      timeoutS: seconds(told(flags.agentTimeout, "AGENT_TIMEOUT")),
    }),
    workers: whole(told(flags.workers, "WORKERS"), WORKERS),
    queue: whole(told(flags.queue, "QUEUE"), QUEUE),
  };
}

interface Told {
  readonly text: string;
  readonly by: string;
}

function wrong({ text, by }: Told, wanted: string): SettingsError {
  return new SettingsError(`\`${by}\` must be ${wanted}, not \`${text}\``);
}

/** Any text asks for speculation. */
function severity(told: Told | undefined): Severity | undefined {
  if (told === undefined) return undefined;
  return SEVERITIES.find((each) => each === told.text.trim().toLowerCase()) ?? "high";
}

function whole(told: Told | undefined, { least, most, usual }: typeof WORKERS): number {
  if (told === undefined) return usual;
  const value = /^\d{1,9}$/.test(told.text) ? Number(told.text) : -1;
  if (value < least || value > most) throw wrong(told, `a whole number from ${least} to ${most}`);
  return value;
}

function seconds(told: Told | undefined): number | undefined {
  if (told === undefined) return undefined;
  const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(told.text) ? Number(told.text) : 0;
  if (value <= 0 || value > MAX_TIMEOUT_S)
    throw wrong(told, `a number of seconds, above 0 and at most ${MAX_TIMEOUT_S}`);
  return value;
}

/** The text of what is refused is not shown: it may hold a password. */
function httpUrl(told: Told | undefined): string | undefined {
  if (told === undefined) return undefined;
  if (!/^https?:\/\/[^/?#@]+(?:[/?#]|$)/.test(told.text)) {
    throw new SettingsError(
      `\`${told.by}\` must begin with \`http://\` or \`https://\` and a host, without a user or password`,
    );
  }
  return told.text;
}

function address(told: Told | undefined): Address | undefined {
  if (told === undefined) return undefined;
  const found = readAddress(told.text);
  if (found === undefined) throw wrong(told, "an IP address and a port, such as `127.0.0.1:9090` or `[::1]:9090`");
  return found;
}

/** `table` without what is undefined. */
function defined<T extends object>(table: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
