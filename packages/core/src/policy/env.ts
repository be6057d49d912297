// What `env("NAME")` in a policy reads: the caller's table, remembered.

/** Variables by name; a value of `undefined` is a variable that is not set. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a policy found in its environment. */
export interface KnownEnv {
  readonly lookup: (name: string) => string | undefined;
  /** The variables that have been asked for and are set. */
  table(): Env;
}

/**
 * Asks `env` once a name and keeps the answer, so that a policy compiled again (after the rule engine failed) is the
 * same policy, whatever has become of the environment. Only own properties count: `env("toString")` is unset.
 */
export function lookupOnce(env: Env = {}): KnownEnv {
  const known = new Map<string, string | undefined>();
  return {
    lookup(name) {
      if (!known.has(name)) known.set(name, read(env, name));
      return known.get(name);
    },
    table: () => Object.fromEntries([...known].filter(([, value]) => value !== undefined)),
  };
}

function read(env: Env, name: string): string | undefined {
  const value: unknown = Object.hasOwn(env, name) ? env[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
