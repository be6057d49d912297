// What is known of the built-in rules.

import { type Rule, Sentry } from "@a3s-sentry/core";

let rules: Promise<ReadonlyMap<string, Rule>> | undefined;

/** The built-in rules by name. */
export function builtinRules(): Promise<ReadonlyMap<string, Rule>> {
  rules ??= read();
  return rules;
}

async function read(): Promise<ReadonlyMap<string, Rule>> {
  const sentry = await Sentry.create({ packs: { on: "*" } }, { sae: null });
  const found = new Map(sentry.policy.rules.map((rule) => [rule.name, rule]));
  sentry.close();
  return found;
}

/** A rule in one line. */
export function ruleText({ name, on, verdict, severity, reason, action }: Rule): string {
  const denies = action === null ? "" : `, ${action}`;
  const why = reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
  return `Built-in rule on ${on.join(", ")}: ${verdict}, ${severity}${denies}. ${why}`;
}
