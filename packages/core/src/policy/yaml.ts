// Recognises a policy that was written in YAML, which is not a form of a policy.

import type { Diagnostic } from "./diagnostic.js";
import { problem } from "./diagnostic.js";

/** A document's first line, or an item of a list that is a mapping. */
const LOOKS_LIKE_YAML = /^---\s*(?:#.*)?$|^\s*- +[\w-]+:(?:\s|$)/m;

const IS_YAML_FILE = /\.ya?ml$/i;

/**
 * The problems to report of a text that is no policy: for YAML this one, since the others would
 * explain ACL to somebody who does not write it.
 */
export function withoutYaml(name: string, text: string, found: readonly Diagnostic[]): readonly Diagnostic[] {
  if (!IS_YAML_FILE.test(name) && !LOOKS_LIKE_YAML.test(text)) return found;
  const message = "YAML is not a form of a policy: write it as ACL, as TOML (`*.toml`) or as JSON";
  return [problem(name, "policy/yaml", message)];
}
