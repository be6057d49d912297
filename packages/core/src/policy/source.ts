// What a policy can be given as, and the form in which it goes to the core.

import { policyJson } from "./json.js";
import { tomlJson } from "./toml.js";

/** A policy: text in ACL (or TOML, where the options say so), or an object of the same schema. */
export type PolicySource = string | object;

/** How a policy's text is written. */
export type PolicyFormat = "acl" | "toml";

/** A policy on its way into the core. */
export interface CoreSource {
  readonly name: string;
  readonly text: string;
  readonly format: "acl" | "json";
}

export function coreSource(source: PolicySource, name: string, format: PolicyFormat): CoreSource {
  if (typeof source === "string") {
    if (format === "acl") return { name, text: source, format: "acl" };
    if (format === "toml") return { name, text: tomlJson(name, source), format: "json" };
    throw new TypeError(`\`format\` must be "acl" or "toml", not ${JSON.stringify(format)}`);
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new TypeError("a policy must be a text or an object");
  }
  return { name, text: policyJson(name, source), format: "json" };
}
