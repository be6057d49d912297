// A policy's way from what the caller gave to an engine that judges by it.

import { Engine } from "./engine/engine.js";
import { loadCore } from "./engine/loader.js";
import { lintReport } from "./engine/recipe.js";
import type { PolicyInfo } from "./generated/wire.js";
import type { PolicyOptions } from "./options.js";
import { type Diagnostic, fromWire } from "./policy/diagnostic.js";
import { lookupOnce } from "./policy/env.js";
import { PolicyError } from "./policy/error.js";
import { coreSource, type PolicySource } from "./policy/source.js";

export const DEFAULT_NAME = "policy";

export interface Opened {
  readonly engine: Engine;
  readonly info: PolicyInfo;
}

/** Throws `PolicyError`. */
export async function openPolicy(source: PolicySource, options: PolicyOptions): Promise<Opened> {
  const { name = DEFAULT_NAME, format = "acl", env } = options;
  const recipe = { source: coreSource(source, name, format), lookup: lookupOnce(env) };
  const { engine, report } = Engine.compile(await loadCore(), recipe);
  if (engine === undefined || report.policy === null) throw new PolicyError(name, report.diagnostics.map(fromWire));
  return { engine, info: report.policy };
}

/**
 * Every problem of a policy, and what it has that is hardly meant: a rule that can never decide, two rules of one name.
 * An empty list is a good policy. Rejects with a `TypeError` only for a source or an option of a wrong type.
 *
 * @example
 * for (const { frame } of await lint(text, { name: "site.acl" })) console.error(frame);
 */
export async function lint(source: PolicySource, options: PolicyOptions = {}): Promise<readonly Diagnostic[]> {
  const { name = DEFAULT_NAME, format = "acl", env } = options;
  try {
    const recipe = { source: coreSource(source, name, format), lookup: lookupOnce(env) };
    return lintReport(await loadCore(), recipe).diagnostics.map(fromWire);
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics;
    throw error;
  }
}
