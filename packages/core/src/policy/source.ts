// The forms of a policy, and its conversion to ACL text for the rule engine.

import { aclText } from "./acl-text.js";
import { jsonAsAcl } from "./json.js";
import type { PolicyInput } from "./policy-input.js";
import { tomlText } from "./toml.js";

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

export async function coreSource(source: PolicySource, name: string, format: PolicyFormat): Promise<CoreSource> {
  if (typeof source === "string") {
    if (format === "acl") return { name, text: isJsonObject(source) ? jsonAsAcl(source) : source };
    if (format === "toml") return { name: convertedName(name), text: await tomlText(name, source) };
    throw new TypeError(`\`format\` must be "acl" or "toml", not ${JSON.stringify(format)}`);
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new TypeError("a policy must be a string or an object");
  }
  return { name: convertedName(name), text: aclText(name, source) };
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

/** Lines and columns of converted text differ from those of the original. */
function convertedName(name: string): string {
  return `${name} (as ACL)`;
}
