// The text of a policy that may leave its machine.

import { Sentry } from "@a3s-sentry/core";
import { CliError, includeOf } from "a3s-sentry/host";
import { fleetRulesOf } from "../deny/fleet-rules.js";

/** What may be published: rules, lists and settings that hold neither a secret nor a path or address of a machine. */
const PORTABLE: ReadonlySet<string> = new Set([
  "rule",
  "rules",
  "list",
  "lists",
  "test",
  "tests",
  "include",
  "default",
  "fail_closed",
  "speculate",
  "packs",
  "guard",
  "ask",
  "redact",
]);

/**
 * The text of a policy file in ACL, with what it includes. Rejects with a `PolicyError`, or with a `CliError` that names
 * what may not leave the machine.
 */
export async function portableText(file: string): Promise<string> {
  const { source, ...opened } = includeOf(file);
  // Without variables: what a policy reads from the environment is a secret, or differs elsewhere.
  const sentry = await Sentry.create(source, { ...opened, env: {}, tiers: {}, readFile: () => "" });
  try {
    const { keys, redact } = sentry.policy;
    const local = keys.filter((key) => !PORTABLE.has(key));
    if (redact.gitleaks !== null) local.push("redact { gitleaks }");
    if (local.length > 0) {
      throw new CliError(
        `\`${file}\` sets ${local.map((key) => `\`${key}\``).join(", ")}, which is for one machine: ` +
          "workers take it from their own variables and flags. Remove it to publish the policy",
      );
    }
    const [shared] = fleetRulesOf(sentry.policy).shared;
    if (shared !== undefined) {
      throw new CliError(
        `the rule \`${shared}\` of \`${file}\` has \`fleet = true\`, and another rule has its name too: ` +
          "decisions give the name alone, so nodes would not deny what it blocks. Choose another name",
      );
    }
    const { source: text } = sentry.spec();
    if (typeof text !== "string") throw new CliError(`\`${file}\` cannot be published: write it in ACL`);
    return text;
  } finally {
    sentry.close();
  }
}
