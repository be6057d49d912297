// The line that describes a policy put in force, and the warning about fail-open.

import type { Policy, Rule } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { VERSION } from "../../util/version.js";

type Described = Pick<Sentry, "policy" | "tiers">;

/** One line: rules, tiers, fail mode, speculation, dry run, deny-files. Contains no secret. */
export function startLine({ policy, tiers }: Described): string {
  const { failClosed, speculate, dryRun, deny } = policy;
  const count = (is: (rule: Rule) => boolean): number => policy.rules.filter(is).length;
  const site = count(({ origin }) => origin === "site");
  const always = count(({ origin, pack }) => origin === "builtin" && pack === undefined);
  const inPacks = count(({ pack }) => pack !== undefined);
  const sinks = Object.entries(deny).flatMap(([kind, path]) =>
    path === null ? [] : [`${kind}=${escapeTerminal(path)}`],
  );
  return [
    `a3s-sentry ${VERSION}: rules ${site} site + ${always} built-in + ${inPacks} in packs`,
    `tiers ${tierWords(policy, tiers)}`,
    failClosed ? "fail-closed" : "fail-open",
    `speculation ${speculate ?? "off"}`,
    `dry run ${dryRun ? "on" : "off"}`,
    `deny-files ${sinks.length === 0 ? "none" : sinks.join(" ")}`,
  ].join("; ");
}

/** A warning if the fail mode allows all escalations because no slow tier judges them. */
export function failOpenWarning({ policy, tiers }: Described): string | undefined {
  if (policy.failClosed || tiers.l2 !== undefined || tiers.l3 !== undefined) return undefined;
  const tierNames = policy.sae === null ? "rules only" : "neither L2 nor L3";
  return `WARNING: ${tierNames} and fail-open: EVERY ESCALATION WILL BE ALLOWED (\`fail_closed = true\`, or --fail-closed, blocks them)`;
}

function tierWords({ llm, agent, sae }: Policy, tiers: Described["tiers"]): string {
  const words = ["L1"];
  if (tiers.l2 !== undefined)
    words.push(llm === null ? "L2" : `L2 (${escapeTerminal(llm.model)} at ${origin(llm.url)})`);
  if (tiers.l3 !== undefined) words.push(agent === null ? "L3" : `L3 (${escapeTerminal(agent.bin)})`);
  if (sae !== null) words.push("SAE");
  return words.length === 1 ? "L1 (rules only)" : words.join(", ");
}

/** The URL without its path and query, which may contain a key. */
function origin(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "an invalid URL";
  }
}
