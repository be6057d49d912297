// The investigator's settings, from environment variables.

import { type Endpoint, endpointOf } from "../l3/endpoint.js";
import { readKey } from "../util/key-file.js";
import { causeOf } from "./text-file.js";

const DEFAULT_TIMEOUT_S = 120;
/**
 * The share of the caller's time limit that is left for start and exit: a fifth, at most 5 seconds.
 */
const RESERVE = 0.2;
const MAX_RESERVE_S = 5;
const MAX_TIMEOUT_S = 86_400;

export interface Settings {
  readonly endpoint: { readonly url: string; readonly model: string; readonly key: string | null };
  /** The time for an answer: a whole number, as timers need it. */
  readonly deadlineMs: number;
  readonly recentEvents: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the settings. Throws an `Error` that names the invalid or missing variable. */
export function settingsFrom(env: Env): Settings {
  const { A3S_SENTRY_RECENT_EVENTS } = env;
  const { url, model, key, keyFile } = endpointOf(env, l2From(env));
  if (!url) throw new Error("no endpoint: set SENTRY_L3_URL, or A3S_SENTRY_LLM_URL");
  if (!model) throw new Error("no model: set SENTRY_L3_MODEL, or A3S_SENTRY_LLM_MODEL");
  const timeoutS = timeoutFrom(env);
  return {
    endpoint: { url, model, key: keyFile ? keyIn(keyFile) : key || null },
    deadlineMs: Math.round((timeoutS - Math.min(timeoutS * RESERVE, MAX_RESERVE_S)) * 1000),
    recentEvents: A3S_SENTRY_RECENT_EVENTS || undefined,
  };
}

function l2From(env: Env): Endpoint {
  const { A3S_SENTRY_LLM_URL, A3S_SENTRY_LLM_MODEL, A3S_SENTRY_LLM_KEY, A3S_SENTRY_LLM_KEY_FILE } = env;
  const keys = A3S_SENTRY_LLM_KEY ? { key: A3S_SENTRY_LLM_KEY } : { keyFile: A3S_SENTRY_LLM_KEY_FILE };
  return { url: A3S_SENTRY_LLM_URL, model: A3S_SENTRY_LLM_MODEL, ...keys };
}

function keyIn(file: string): string {
  try {
    return readKey(file);
  } catch (error) {
    throw new Error(`cannot read the key file \`${file}\`: ${causeOf(error)}`, { cause: error });
  }
}

function timeoutFrom({ A3S_SENTRY_AGENT_TIMEOUT }: Env): number {
  const text = A3S_SENTRY_AGENT_TIMEOUT || String(DEFAULT_TIMEOUT_S);
  const seconds = Number(text);
  if (seconds > 0 && seconds <= MAX_TIMEOUT_S) return seconds;
  throw new Error("A3S_SENTRY_AGENT_TIMEOUT must be above 0 and at most 86400 seconds");
}
