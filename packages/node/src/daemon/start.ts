// What a run says of itself before the first event.

import type { Policy, Rule } from "@a3s-sentry/core";
import { version } from "../version.js";
import { visible } from "../visible.js";

/** One line: rules, tiers, fail mode, speculation, dry run, deny-files. */
export function startLine(policy: Policy): string {
  const { failClosed, speculate, dryRun, deny } = policy;
  const count = (origin: Rule["origin"]): number => policy.rules.filter((rule) => rule.origin === origin).length;
  const sinks = Object.entries(deny).flatMap(([kind, path]) => (path === null ? [] : [`${kind}=${visible(path)}`]));
  return [
    `a3s-sentry ${version()}: rules ${count("site")} site + ${count("builtin")} built-in`,
    "tiers L1 (rules only)",
    failClosed ? "fail-closed" : "fail-open",
    `speculation ${speculate ?? "off"}`,
    `dry run ${dryRun ? "on" : "off"}`,
    `deny-files ${sinks.length === 0 ? "none" : sinks.join(" ")}`,
  ].join("; ");
}

/** The loud one. */
export const FAIL_OPEN_WARNING =
  "WARNING: rules only and fail-open: EVERY ESCALATION WILL BE ALLOWED (`fail_closed = true`, or --fail-closed, blocks them)";
