// The variables that `env("NAME")` in a policy reads: the caller's table, each name read once.

import { UNRESOLVED } from "../generated/boundary.js";

/** Variables by name; `undefined` is a variable that is not set. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The environment of a host that looks no variable up. */
export type Unresolved = "unresolved";

/** A policy's environment. */
export interface PolicyEnv {
  readonly lookup: (name: string) => string | undefined;
  /** The variables that were read and are set. */
  table(): Env | Unresolved;
}

/**
 * Reads each name of `env` at most once and keeps the value, so that a policy compiled again after
 * a failure of the rule engine stays the same. Only own properties count: `env("toString")` is not
 * set.
 */
export function environmentOf(env: Env | Unresolved = {}): PolicyEnv {
  if (env === "unresolved") return { lookup: () => UNRESOLVED, table: () => "unresolved" };
  const values = new Map<string, string | undefined>();
  return {
    lookup(name) {
      if (!values.has(name)) values.set(name, read(env, name));
      return values.get(name);
    },
    table: () => Object.fromEntries([...values].filter(([, value]) => value !== undefined)),
  };
}

function read(env: Env, name: string): string | undefined {
  const value: unknown = Object.hasOwn(env, name) ? env[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
