// The forms of a policy, and its conversion to ACL text for the rule engine.

import { inSlices } from "../util/slices.js";
import { aclText } from "./acl-text.js";
import type { Diagnostic } from "./diagnostic.js";
import { type Include, mayInclude, splice } from "./include.js";
import { jsonAsAcl } from "./json.js";
import type { PolicyInput } from "./policy-input.js";
import { tomlAsAcl } from "./toml.js";

/**
 * A policy: ACL text (or TOML text with `format: "toml"`), or an object of the same schema, also as
 * JSON text.
 */
export type PolicySource = string | PolicyInput;

/** The format of a policy's text. */
export type PolicyFormat = "acl" | "toml";

/** A policy as ACL text. `name` says whether line numbers are those of the converted text. */
export interface CoreSource {
  readonly name: string;
  readonly text: string;
}

/** Options of reading a policy's source. */
export interface SourceOptions {
  readonly name?: string;
  readonly format?: PolicyFormat;
  readonly include?: Include | undefined;
}

export const DEFAULT_NAME = "policy";

/** The ACL text of a policy, and how to show diagnostics about it in the policy's own text. */
export interface ReadSource extends CoreSource {
  readonly relocate: (found: readonly Diagnostic[]) => readonly Diagnostic[];
}

/**
 * Converts a policy to ACL text, and splices the files in that it includes. Rejects with a
 * `PolicyError` if that is not possible.
 */
export async function readSource(
  source: PolicySource,
  { name = DEFAULT_NAME, format = "acl", include }: SourceOptions,
): Promise<ReadSource> {
  const read = await converted(source, name, format);
  if (!mayInclude(read.text)) return read;
  const spliced = await splice(read, {
    include,
    read: async (file) => {
      const isToml = /\.toml$/i.test(file.name);
      return { ...(await converted(file.text, file.name, isToml ? "toml" : "acl")), file: file.name };
    },
  });
  return { name: read.name, text: spliced.text, relocate: (found) => spliced.relocate(found) };
}

async function converted(source: PolicySource, name: string, format: PolicyFormat): Promise<ReadSource> {
  if (typeof source === "string") {
    if (format === "acl") return { name, text: await aclOf(source), relocate: same };
    if (format === "toml") return { name: convertedName(name), ...(await tomlAsAcl(name, source)) };
    throw new TypeError(`\`format\` must be "acl" or "toml", not ${JSON.stringify(format)}`);
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new TypeError("a policy must be a string or an object");
  }
  return { name: convertedName(name), text: (await inSlices(aclText(name, source))).text, relocate: same };
}

async function aclOf(text: string): Promise<string> {
  return isJsonObject(text) ? await inSlices(jsonAsAcl(text)) : text;
}

function same(found: readonly Diagnostic[]): readonly Diagnostic[] {
  return found;
}

/** Whether a text is a policy in JSON: no ACL text begins with `{`. */
function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Lines and columns of converted text differ from those of the original, if it has any. */
function convertedName(name: string): string {
  return `${name} (as ACL)`;
}
