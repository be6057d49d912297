// What a run is told by flags and by variables; a flag wins.

import type { PolicyOverrides } from "@a3s-sentry/core";

export interface RunFlags {
  readonly config?: string;
  readonly policy?: string;
  readonly egressDeny?: string;
  readonly fileDeny?: string;
  readonly execDeny?: string;
  readonly failClosed?: boolean;
  readonly dryRun?: boolean;
}

export interface RunSettings {
  /** File with the whole configuration. */
  readonly config?: string;
  /** File with rules. */
  readonly policy?: string;
  /** Wins over what the files say. */
  readonly overrides: PolicyOverrides;
  /** One sentence for each variable that is set and that this version does not heed. */
  readonly unheeded: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Variables of parts that this version lacks, by part. */
const UNHEEDED: readonly (readonly [part: string, names: readonly string[]])[] = [
  ["L2 tier (LLM classifier)", ["LLM_URL", "LLM_MODEL", "LLM_KEY", "LLM_TIMEOUT"]],
  ["L3 tier (agent investigator)", ["AGENT_BIN", "SKILLS", "AGENT_TIMEOUT"]],
  ["slow tiers that could be sped up or queued for", ["SPECULATE", "WORKERS", "QUEUE"]],
  ["metrics endpoint", ["METRICS_ADDR"]],
];

/** A variable that is set to the empty text counts as not set. */
export function runSettings(flags: RunFlags, env: Env): RunSettings {
  const variable = (name: string): string | undefined => env[`A3S_SENTRY_${name}`] || undefined;
  const deny = defined({
    egress: flags.egressDeny ?? variable("EGRESS_DENY"),
    file: flags.fileDeny ?? variable("FILE_DENY"),
    exec: flags.execDeny ?? variable("EXEC_DENY"),
  });
  const overrides = defined({
    failClosed: flags.failClosed ?? (variable("FAIL_CLOSED") === undefined ? undefined : true),
    dryRun: flags.dryRun ?? (variable("DRY_RUN") === undefined ? undefined : true),
  });
  const files = defined({ config: flags.config ?? variable("CONFIG"), policy: flags.policy ?? variable("POLICY") });
  const unheeded = UNHEEDED.flatMap(([part, names]) =>
    names
      .filter((name) => variable(name) !== undefined)
      .map((name) => `\`A3S_SENTRY_${name}\` has no effect: this version has no ${part} yet`),
  );
  return { ...files, overrides: { ...overrides, deny }, unheeded };
}

/** `table` without what is undefined. */
function defined<T extends object>(table: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
