// Other policy engines on a small policy that they can express, in one process.

import { fileURLToPath } from "node:url";
import { Sentry } from "a3s-sentry";
import { inTurn } from "../loads/anew.mjs";
import { session } from "../loads/session.mjs";
import { measure, repeated } from "../measure.mjs";
import { cedar, rego } from "../others/engines.mjs";
import { PlainJudge } from "../plain/judge.mjs";
import { compiledRules, writtenRules } from "../plain/rules.mjs";
import { OURS, PLAIN } from "../rows.mjs";

const policy = fileURLToPath(new URL("../others/policy.acl", import.meta.url));
const KINDS = new Set(["FileAccess", "FileDelete", "Dns", "Egress"]);

/**
 * @param {import("../measure.mjs").Effort & { atLeastMs: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function others(effort) {
  const sentry = await Sentry.create(policy);
  const own = sentry.policy.rules.filter(({ origin }) => origin === "site");
  const events = session.filter((line) => isOwn(sentry, line, new Set(own.map(({ name }) => name))));
  const plain = new PlainJudge(compiledRules(writtenRules(own)));
  /** @type {Record<string, import("../others/engines.mjs").Blocks>} */
  const judges = {
    [OURS]: (line) => sentry.classify(line)?.verdict === "block",
    [PLAIN]: (line) => plain.classify(line)?.verdict === "block",
    Cedar: cedar(),
    OPA: await rego(),
  };
  mustAgree(judges, events);
  const next = inTurn(events, (lines) => lines);
  const ways = Object.entries(judges).map(([name, blocks]) => {
    const all = () => next().reduce((count, line) => count + (blocks(line) ? 1 : 0), 0);
    return [name, repeated(all, events.length, effort.atLeastMs)];
  });
  const row = {
    what: `a policy of ${own.length} rules on paths and hosts`,
    unit: "event",
    ways: await measure(Object.fromEntries(ways), effort),
  };
  sentry.close();
  return { rows: [row], figures: [] };
}

/** Whether a line is an event of a kind that all engines judge, and no built-in rule decides on it.
 * @param {Sentry} sentry @param {string} line @param {Set<string>} own */
function isOwn(sentry, line, own) {
  const decision = sentry.classify(line);
  if (decision === null || (decision.rule !== undefined && !own.has(decision.rule))) return false;
  return KINDS.has(sentry.explain(line)?.kind ?? "");
}

/** @param {Record<string, import("../others/engines.mjs").Blocks>} judges @param {readonly string[]} lines */
function mustAgree(judges, lines) {
  for (const line of lines) {
    const answers = Object.entries(judges).map(([name, blocks]) => `${name}: ${blocks(line)}`);
    if (new Set(answers.map((answer) => answer.split(": ")[1])).size > 1) {
      throw new Error(`the engines differ on ${line}\n  ${answers.join(", ")}`);
    }
  }
}
