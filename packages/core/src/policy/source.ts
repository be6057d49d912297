// The forms of a policy, and its conversion to ACL text for the rule engine.

import { aclText } from "./acl-text.js";
import type { Diagnostic } from "./diagnostic.js";
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

/** The ACL text of a policy, and how to show diagnostics about it in the policy's own text. */
export interface ReadSource extends CoreSource {
  readonly relocate: (found: readonly Diagnostic[]) => readonly Diagnostic[];
}

export async function readSource(source: PolicySource, name: string, format: PolicyFormat): Promise<ReadSource> {
  if (typeof source === "string") {
    if (format === "acl") return { name, text: isJsonObject(source) ? jsonAsAcl(source) : source, relocate: same };
    if (format === "toml") return { name: convertedName(name), ...(await tomlAsAcl(name, source)) };
    throw new TypeError(`\`format\` must be "acl" or "toml", not ${JSON.stringify(format)}`);
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new TypeError("a policy must be a string or an object");
  }
  return { name: convertedName(name), text: aclText(name, source).text, relocate: same };
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
