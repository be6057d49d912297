// Finds the policies that arguments of `test` name, and the files of tests beside each.

import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CliError } from "../io.js";

const TESTS = ".test.acl";
const POLICIES = [".acl", ".toml"];

/** A policy with the files of tests beside it. */
export interface Target {
  readonly policy: string;
  readonly tests: readonly string[];
}

/** A file of tests stands for its policy, so that `test policies/*.acl` names each policy once. */
export function targetsOf(files: readonly string[]): Target[] {
  const policies = new Set(files.map((file) => (file.endsWith(TESTS) ? policyOf(file) : file)));
  return [...policies].map((policy) => ({ policy, tests: testsOf(policy) }));
}

/** The policy of `site.test.acl` or `site.network.test.acl` is `site.acl` or `site.toml`. */
export function policyOf(tests: string): string {
  for (let stem = tests.slice(0, -TESTS.length); basename(stem) !== ""; stem = stem.replace(/\.[^.]*$/, "")) {
    const policy = POLICIES.map((suffix) => stem + suffix).find((path) => existsSync(path));
    if (policy !== undefined) return policy;
    if (!basename(stem).includes(".")) break;
  }
  const name = basename(tests).slice(0, -TESTS.length);
  throw new CliError(`no policy is beside \`${tests}\`: expected \`${name}.acl\` or \`${name}.toml\``);
}

/** The files `<name>.test.acl` and `<name>.*.test.acl` beside a policy. */
function testsOf(policy: string): string[] {
  const folder = dirname(policy);
  const stem = basename(policy).replace(/\.[^.]*$/, "");
  return namesIn(folder)
    .filter((name) => name.startsWith(`${stem}.`) && name.endsWith(TESTS))
    .sort()
    .map((name) => (folder === "." && !policy.startsWith("./") ? name : join(folder, name)));
}

/** That the folder cannot be read shows when the policy is. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
