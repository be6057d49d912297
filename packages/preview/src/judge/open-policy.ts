// Compiles a policy without its surroundings: a page has no variables, no files and no tiers.

import { type LintOptions, type MakeTiers, Sentry } from "./load-core.js";
import type { PolicyText } from "./protocol.js";

const NO_TIERS: MakeTiers = () => ({});

/** A stand-in for every variable. It is an address, because `url` must be one. */
const STAND_IN = "http://variable.invalid/";

const ANY_VARIABLE: Readonly<Record<string, string>> = new Proxy<Record<string, string>>(
  {},
  {
    get: () => STAND_IN,
    getOwnPropertyDescriptor: () => ({ value: STAND_IN, configurable: true, enumerable: true, writable: true }),
  },
);

/** Options for looking at a policy: variables and files are stand-ins. */
export function optionsFor({ format, includes = [] }: PolicyText): LintOptions {
  return {
    name: "policy",
    format,
    include: (pattern, from) => {
      const found = includes.find((one) => one.pattern === pattern && one.from === from);
      if (found === undefined)
        throw new Error(`the page does not have \`${pattern}\`: it gets files when it is opened`);
      return found.files;
    },
    env: ANY_VARIABLE,
    readFile: (path) => (path.endsWith(".json") ? "{}" : ""),
  };
}

/** Compiles a policy. Rejects with a `PolicyError`. */
export async function openPolicy(policy: PolicyText): Promise<Sentry> {
  return await Sentry.create(policy.text, { ...optionsFor(policy), tiers: NO_TIERS });
}
