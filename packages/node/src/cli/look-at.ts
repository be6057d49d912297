// Opens policies of others to look at them: no variable, no key and no file outside of their folder
// is read, and no tier is started. Continuous integration does so with changes that strangers propose.

import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type Include, type LintOptions, type PolicySource, Sentry } from "@a3s-sentry/core";
import { type IncludeObserver, includeFrom, leadsOut } from "../policy/include-files.js";
import { openFile } from "../policy/open-source.js";
import { readNamedFile } from "../policy/policy-file.js";
import { labelOf } from "../policy/sinks.js";

/** A policy file that is looked at. */
export interface LookedAt {
  readonly source: PolicySource;
  /** Options of `lint` and `readTests`, and of {@link judgeBy}. */
  readonly options: {
    readonly name: string;
    readonly format: NonNullable<LintOptions["format"]>;
    readonly env: "unresolved";
    readonly include: Include;
    readonly date?: string;
  };
  /** Further options of `lint`: it checks the files that the policy names in its own folder. */
  readonly files: Required<Pick<LintOptions, "readFile" | "checksFile">>;
}

/** Options of {@link lookAt}. */
export interface LookOptions extends IncludeObserver {
  /** The day that rules expire by. Default: today. */
  readonly date?: string | undefined;
  /** The text of a file where it is not that on disk, such as one that an editor has not saved. */
  readonly textOf?: ((path: string) => string | undefined) | undefined;
}

/** Reads a policy file. Throws a `PolicyError` if it cannot be read. */
export function lookAt(file: string, { date, textOf = () => undefined, ...observer }: LookOptions = {}): LookedAt {
  observer.onFile?.(file);
  const { source, folder, name = file, format = "acl" } = openFile(file, textOf(file));
  const files = includeFrom(folder, name, observer);
  const include: Include = async (pattern, from) =>
    (await files(pattern, from)).map((found) => ({ ...found, text: textOf(found.name) ?? found.text }));
  const readFile = (written: string): string => readNamedFile(labelOf(written, folder));
  const checksFile = (written: string): boolean => isIn(folder, labelOf(written, folder));
  return {
    source,
    options: { name, format, env: "unresolved", include, ...(date !== undefined && { date }) },
    files: { readFile, checksFile },
  };
}

/** A sentry that judges by the rules of a policy alone. Rejects with a `PolicyError`. */
export async function judgeBy({ source, options }: LookedAt): Promise<Sentry> {
  // Neither a dictionary nor imported secrets change what the rules decide.
  return await Sentry.create(source, { ...options, sae: null, readFile: () => "" });
}

/** Whether a file that a policy names is in the policy's folder. A file that does not exist may be. */
function isIn(folder: string, path: string): boolean {
  const real = (named: string): string => {
    try {
      return realpathSync(named);
    } catch {
      return resolve(named);
    }
  };
  return !leadsOut(real(folder || "."), real(path));
}
