// The variables that a run heeds, and those of the environment that only look like one.

import { escapeTerminal } from "../../util/escape-terminal.js";

const PREFIX = "A3S_SENTRY_";

/** Behind `A3S_SENTRY_`. */
const NAMES = [
  "CONFIG",
  "POLICY",
  "LLM_URL",
  "LLM_MODEL",
  "LLM_KEY",
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
  "WORKERS",
  "QUEUE",
  "METRICS_ADDR",
] as const;

export type VariableName = (typeof NAMES)[number];

/** Of our other programs: the build, and what an investigator is given. */
const OTHERS = ["BUILD_CACHE", "RECENT_EVENTS", "RUN"];

const KNOWN: ReadonlySet<string> = new Set([...NAMES, ...OTHERS]);

/** What Kubernetes sets for a service whose name begins like ours. */
const SERVICE_LINK = /(?:^|_)(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT(?:_.*)?)$/;

type Env = Readonly<Record<string, string | undefined>>;

/** The text of a variable; one that is set to the empty text counts as not set. */
export function variable(env: Env, name: VariableName): string | undefined {
  return env[PREFIX + name] || undefined;
}

/** One sentence for each variable that is set and means nothing: a dry run that is none for a letter must not go unseen. */
export function unknownVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] !== "")
    .map((name) => name.slice(PREFIX.length))
    .filter((name) => !KNOWN.has(name) && !SERVICE_LINK.test(name))
    .sort()
    .map(
      (name) => `\`${escapeTerminal(PREFIX + name)}\` is no variable that has an effect: see \`a3s-sentry run --help\``,
    );
}
