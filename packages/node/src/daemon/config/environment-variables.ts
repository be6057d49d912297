// The environment variables of a run, and warnings about unknown ones.

import { escapeTerminal } from "../../util/escape-terminal.js";

const PREFIX = "A3S_SENTRY_";

/** The names after `A3S_SENTRY_`. */
const NAMES = [
  "CONFIG",
  "POLICY",
  "LLM_URL",
  "LLM_MODEL",
  "LLM_KEY",
  "LLM_KEY_FILE",
  "LLM_TIMEOUT",
  "AGENT_BIN",
  "SKILLS",
  "AGENT_TIMEOUT",
  "EGRESS_DENY",
  "FILE_DENY",
  "EXEC_DENY",
  "FAIL_CLOSED",
  "DRY_RUN",
  "SPECULATE",
  "DECISIONS",
  "AUDIT_LOST",
  "WORKERS",
  "QUEUE",
  "METRICS_ADDR",
] as const;

export type VariableName = (typeof NAMES)[number];

/** Variables of the build, and those that an investigator receives. */
const OTHER_NAMES = ["BUILD_CACHE", "RECENT_EVENTS", "RUN"];

const KNOWN: ReadonlySet<string> = new Set([...NAMES, ...OTHER_NAMES]);

/** Kubernetes sets such variables for a service whose name begins with `a3s-sentry`. */
const SERVICE_LINK = /(?:^|_)(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT(?:_.*)?)$/;

type Env = Readonly<Record<string, string | undefined>>;

/** The value of a variable. An empty variable counts as not set. */
export function variable(env: Env, name: VariableName): string | undefined {
  return env[PREFIX + name] || undefined;
}

/** One message per unknown variable: a typo in `DRY_RUN` must not go unnoticed. */
export function unknownVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] !== "")
    .map((name) => name.slice(PREFIX.length))
    .filter((name) => !KNOWN.has(name) && !SERVICE_LINK.test(name))
    .sort()
    .map((name) => `unknown environment variable \`${escapeTerminal(PREFIX + name)}\`: see \`a3s-sentry run --help\``);
}
