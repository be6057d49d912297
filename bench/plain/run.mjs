// The plain judge as a process: `node run.mjs RULES.json < events > audit`, with the audit lines of
// a3s-sentry.

import { readFileSync } from "node:fs";
import { finished } from "node:stream/promises";
import { PlainJudge } from "./judge.mjs";
import { compiledRules, writtenRules } from "./rules.mjs";

const judge = new PlainJudge(compiledRules(writtenRules(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")))));

/** An escalation is allowed at the end, as there is no tier to ask. @param {import("./judge.mjs").Found} found */
function auditLine({ decision, line }) {
  const { identity } = JSON.parse(line);
  const { verdict, action, reason, ...rest } = decision;
  const escalated = verdict === "escalate";
  return JSON.stringify({
    agent: identity?.agent ?? undefined,
    decision: {
      verdict: escalated ? "allow" : verdict,
      ...rest,
      reason: escalated ? `${reason} [unresolved escalation, fail-open]` : reason,
      action: action && !escalated ? { [action.kind]: action.target } : undefined,
      resolution: escalated ? "unresolved-escalation" : undefined,
    },
  });
}

/** @param {Iterable<import("./judge.mjs").Found>} found */
function printAuditLines(found) {
  let text = "";
  for (const one of found) text += `${auditLine(one)}\n`;
  if (text !== "") process.stdout.write(text);
}

const lines = judge.lines();
process.stdin.on("data", (chunk) => printAuditLines(lines.push(chunk)));
await finished(process.stdin);
printAuditLines(lines.end());
