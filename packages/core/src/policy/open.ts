// A policy's way from what the caller gave to an engine that judges by it.

import { type EngineSpec, lintReport } from "../engine/compile.js";
import { Engine } from "../engine/engine.js";
import type { Instance } from "../engine/instance.js";
import { loadCore } from "../engine/loader.js";
import type { PolicyInfo } from "../generated/wire.js";
import { importGitleaks } from "../redact/gitleaks.js";
import { attachDictionary } from "../sae/sae.js";
import type { PolicyOptions, SentryOptions } from "../sentry/options.js";
import { type Diagnostic, fromWire, warning } from "./diagnostic.js";
import { type Env, lookupOnce } from "./env.js";
import { filesOf, type KnownFiles } from "./files.js";
import { overridden } from "./policy.js";
import { PolicyError } from "./policy-error.js";
import { coreSource, type PolicySource } from "./source.js";

const DEFAULT_NAME = "policy";

export interface Opened {
  readonly engine: Engine;
  /** With the overrides in it, and secrets. */
  readonly info: PolicyInfo;
  /** What the files that it names hold. */
  readonly files: KnownFiles;
  /** Makes the same policy again: ACL text, whatever it was written in, and all of the environment that it asked for. */
  readonly source: string;
  readonly options: Required<Pick<PolicyOptions, "name">> & { readonly env: Env };
}

/** Throws `PolicyError`. */
export async function openPolicy(source: PolicySource, options: SentryOptions): Promise<Opened> {
  const { name = DEFAULT_NAME, format = "acl", env } = options;
  const known = lookupOnce(env);
  const acl = coreSource(source, name, format);
  const { engine, report } = Engine.compile(await loadCore(), { source: acl, lookup: known.lookup });
  if (engine === undefined || report.policy === null) throw new PolicyError(name, report.diagnostics.map(fromWire));
  const info = overridden(report.policy, options);
  const files = filesOf(acl.name, options.files, options.readFile);
  return { engine, info, files, source: acl.text, options: { name: acl.name, env: known.table() } };
}

/** Options of {@link lint}. */
export interface LintOptions extends PolicyOptions, Pick<SentryOptions, "files" | "readFile"> {}

/**
 * Every problem of a policy, and what it has that is hardly meant: a rule that can never decide, two rules of one name.
 * With `readFile` or `files`, those of the files that it names too. An empty list is a good policy. Rejects
 * with a `TypeError` only for a source or an option of a wrong type.
 *
 * @example
 * for (const { frame } of await lint(text, { name: "site.acl" })) console.error(frame);
 */
export async function lint(source: PolicySource, options: LintOptions = {}): Promise<readonly Diagnostic[]> {
  const { name = DEFAULT_NAME, format = "acl", env, files, readFile } = options;
  let found: readonly Diagnostic[] = [];
  try {
    const spec = { source: coreSource(source, name, format), lookup: lookupOnce(env).lookup };
    const instance = await loadCore();
    const { diagnostics, policy } = lintReport(instance, spec);
    found = diagnostics.map(fromWire);
    const hasFiles = files !== undefined || readFile !== undefined;
    if (policy === null || !hasFiles) return found;
    return [...found, ...readFiles(instance, spec, policy, name, filesOf(name, files, readFile))];
  } catch (error) {
    if (error instanceof PolicyError) return [...found, ...error.diagnostics];
    throw error;
  }
}

/** What of the files is left out, as warnings. Throws a `PolicyError` for a file that cannot be read or used. */
function readFiles(
  instance: Instance,
  spec: EngineSpec,
  { sae, redact }: PolicyInfo,
  name: string,
  files: KnownFiles,
): Diagnostic[] {
  const { gitleaks } = redact;
  if (sae === null && gitleaks === null) return [];
  const { engine } = Engine.compile(instance, spec);
  if (engine === undefined) return [];
  try {
    if (sae !== null) attachDictionary(engine, sae, files);
    if (gitleaks === null) return [];
    return importGitleaks(engine, gitleaks, files).map((text) => warning(name, "redact/left-out", text));
  } finally {
    engine.close();
  }
}
