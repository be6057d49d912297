// What a policy can be given as, and the form in which it goes to the core.

import { aclText } from "./acl-text.js";
import { tomlText } from "./toml.js";

/** A policy: text in ACL (or TOML, where the options say so), or an object of the same schema. */
export type PolicySource = string | object;

/** How a policy's text is written. */
export type PolicyFormat = "acl" | "toml";

/** A policy on its way into the core: ACL text, whatever it was written in. `name` tells where lines are those of that text. */
export interface CoreSource {
  readonly name: string;
  readonly text: string;
}

export function coreSource(source: PolicySource, name: string, format: PolicyFormat): CoreSource {
  if (typeof source === "string") {
    if (format === "acl") return { name, text: source };
    if (format === "toml") return { name: asAcl(name), text: tomlText(name, source) };
    throw new TypeError(`\`format\` must be "acl" or "toml", not ${JSON.stringify(format)}`);
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new TypeError("a policy must be a text or an object");
  }
  return { name: asAcl(name), text: aclText(name, source) };
}

/** Lines and columns of the ACL form are not those of what the person wrote. */
function asAcl(name: string): string {
  return `${name} (as ACL)`;
}
