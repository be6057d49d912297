// What a run says of itself before the first event, and of each other policy.

import type { Policy, Rule } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { version } from "../../util/version.js";

type Told = Pick<Sentry, "policy" | "tiers">;

/** One line: rules, tiers, fail mode, speculation, dry run, deny-files. Holds no secret. */
export function startLine({ policy, tiers }: Told): string {
  const { failClosed, speculate, dryRun, deny } = policy;
  const count = (origin: Rule["origin"]): number => policy.rules.filter((rule) => rule.origin === origin).length;
  const sinks = Object.entries(deny).flatMap(([kind, path]) =>
    path === null ? [] : [`${kind}=${escapeTerminal(path)}`],
  );
  return [
    `a3s-sentry ${version()}: rules ${count("site")} site + ${count("builtin")} built-in`,
    `tiers ${tierWords(policy, tiers)}`,
    failClosed ? "fail-closed" : "fail-open",
    `speculation ${speculate ?? "off"}`,
    `dry run ${dryRun ? "on" : "off"}`,
    `deny-files ${sinks.length === 0 ? "none" : sinks.join(" ")}`,
  ].join("; ");
}

/** The loud one, where no tier settles an escalation, and that means allow. */
export function failOpenWarning({ policy, tiers }: Told): string | undefined {
  if (policy.failClosed || tiers.l2 !== undefined || tiers.l3 !== undefined) return undefined;
  const there = policy.sae === null ? "rules only" : "neither L2 nor L3";
  return `WARNING: ${there} and fail-open: EVERY ESCALATION WILL BE ALLOWED (\`fail_closed = true\`, or --fail-closed, blocks them)`;
}

function tierWords({ llm, agent, sae }: Policy, tiers: Told["tiers"]): string {
  const words = ["L1"];
  if (tiers.l2 !== undefined)
    words.push(llm === null ? "L2" : `L2 (${escapeTerminal(llm.model)} at ${origin(llm.url)})`);
  if (tiers.l3 !== undefined) words.push(agent === null ? "L3" : `L3 (${escapeTerminal(agent.bin)})`);
  if (sae !== null) words.push("SAE");
  return words.length === 1 ? "L1 (rules only)" : words.join(", ");
}

/** A path or a query may hold a key. */
function origin(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "an address that is none";
  }
}
