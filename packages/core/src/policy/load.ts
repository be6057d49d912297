// Loading a policy: from the caller's source to an engine that judges by it.

import { Engine } from "../engine/engine.js";
import { loadCore } from "../engine/loader.js";
import type { PolicyInfo } from "../generated/wire.js";
import { fromWire } from "./diagnostic.js";
import { environmentOf } from "./env.js";
import { type PolicyFiles, policyFiles } from "./files.js";
import type { LoadOptions, PolicyOptions } from "./options.js";
import { overridden } from "./policy.js";
import { PolicyError } from "./policy-error.js";
import { DEFAULT_NAME, type PolicySource, readSource } from "./source.js";
import { withoutYaml } from "./yaml.js";

/** A policy that has been compiled once. */
export interface LoadedPolicy {
  readonly engine: Engine;
  /** The policy with its overrides. Holds secrets. */
  readonly info: PolicyInfo;
  /** The files that the policy names. */
  readonly files: PolicyFiles;
  /** The policy as ACL text, whatever its original format. */
  readonly source: string;
  /** What `source` needs to be compiled again: its name, the variables that it reads, the date. */
  readonly options: Pick<PolicyOptions, "name" | "env" | "date">;
}

/** Compiles a policy. Rejects with a `PolicyError` if it has an error. */
export async function loadPolicy(source: PolicySource, options: LoadOptions): Promise<LoadedPolicy> {
  const { name = DEFAULT_NAME } = options;
  const env = environmentOf(options.env);
  const { relocate, ...acl } = await readSource(source, options);
  const { date } = options;
  const spec = { source: acl, lookup: env.lookup, date };
  const { engine, report } = await Engine.compile(await loadCore(), spec, { lints: false });
  if (engine === undefined || report.policy === null) {
    throw new PolicyError(name, withoutYaml(name, acl.text, relocate(report.diagnostics.map(fromWire))));
  }
  const info = overridden(report.policy, options);
  const files = policyFiles(acl.name, options.files, options.readFile);
  return {
    engine,
    info,
    files,
    source: acl.text,
    options: { name: acl.name, env: env.table(), ...(date !== undefined && { date }) },
  };
}
