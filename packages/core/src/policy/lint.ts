// The check of a policy: its problems, and what is probably a mistake.

import { isDate } from "../engine/day.js";
import { Engine } from "../engine/engine.js";
import { loadCore } from "../engine/loader.js";
import type { PolicyInfo } from "../generated/wire.js";
import { importGitleaks } from "../redact/gitleaks.js";
import { attachDictionary } from "../sae/tier.js";
import { type Diagnostic, fromWire, warning } from "./diagnostic.js";
import { environmentOf } from "./env.js";
import { type PolicyFiles, policyFiles } from "./files.js";
import type { FileOptions, PolicyOptions } from "./options.js";
import { PolicyError } from "./policy-error.js";
import { DEFAULT_NAME, type PolicySource, readSource } from "./source.js";
import { withoutYaml } from "./yaml.js";

/** Options of {@link lint}. */
export interface LintOptions extends PolicyOptions, FileOptions {
  /** Whether a file that the policy names is checked. Default: each is. */
  readonly checksFile?: (path: string) => boolean;
}

/**
 * The problems of a policy, and warnings: a rule that can never decide, two rules of one name. With
 * `readFile` or `files`, also the problems of the files that it names. The list is empty for a
 * policy without problems.
 *
 * Rejects with a `TypeError` for a source or an option of the wrong type, never because of a
 * problem in the policy.
 *
 * @example
 * for (const { frame } of await lint(text, { name: "site.acl" })) console.error(frame);
 */
export async function lint(source: PolicySource, options: LintOptions = {}): Promise<readonly Diagnostic[]> {
  const { name = DEFAULT_NAME, env, date, files, readFile, checksFile = () => true } = options;
  if (date !== undefined && date !== null && !isDate(date))
    throw new TypeError("option `date` must be a day as `YYYY-MM-DD`, or `null` if it is unknown");
  const found: Diagnostic[] = [];
  try {
    const { relocate, ...acl } = await readSource(source, options);
    const spec = { source: acl, lookup: environmentOf(env).lookup, date };
    const { engine, report } = await Engine.compile(await loadCore(), spec, { lints: true });
    const problems = relocate(report.diagnostics.map(fromWire));
    if (engine === undefined || report.policy === null) return withoutYaml(name, acl.text, problems);
    found.push(...problems);
    try {
      if (files !== undefined || readFile !== undefined)
        found.push(
          ...(await lintFiles(
            engine,
            checkedFiles(report.policy, checksFile),
            name,
            policyFiles(name, files, readFile),
          )),
        );
    } finally {
      engine.close();
    }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    found.push(...error.diagnostics);
  }
  return found;
}

type NamedFiles = Pick<PolicyInfo, "sae"> & { readonly gitleaks: string | null };

function checkedFiles({ sae, redact: { gitleaks } }: PolicyInfo, checksFile: (path: string) => boolean): NamedFiles {
  return {
    sae: sae !== null && checksFile(sae.dict) ? sae : null,
    gitleaks: gitleaks !== null && checksFile(gitleaks) ? gitleaks : null,
  };
}

/**
 * Warnings about the parts of the files that are not used. Rejects with a `PolicyError` if a file
 * cannot be read or used.
 */
async function lintFiles(
  engine: Engine,
  { sae, gitleaks }: NamedFiles,
  name: string,
  files: PolicyFiles,
): Promise<Diagnostic[]> {
  if (sae !== null) attachDictionary(engine, sae, files);
  if (gitleaks === null) return [];
  const problems = await importGitleaks(engine, gitleaks, files);
  return problems.map((text) => warning(name, "redact/left-out", text));
}
