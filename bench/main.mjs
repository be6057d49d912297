// Measures a3s-sentry beside a plain judge and prints one table. `--quick` is a smoke test of some seconds; `--write` also
// writes docs/performance.md.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Sentry } from "a3s-sentry";
import { mustAgree, mustAgreeOnChunks } from "./agree.mjs";
import { chunksCase, classifyCase, compileCase, startCase } from "./cases.mjs";
import { chunksOfSession, labelled, policyPath, session } from "./inputs.mjs";
import { compare } from "./measure.mjs";
import { PlainJudge } from "./plain/judge.mjs";
import { compiledRules, writtenRules } from "./plain/rules.mjs";
import { conditions, documentOf, tableOf } from "./report.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, write: { type: "boolean" } } });
const quick = values.quick === true;
const hot = quick ? { rounds: 3, warmUp: 1, atLeastMs: 5 } : { rounds: 31, warmUp: 10, atLeastMs: 50 };
const cold = quick ? { rounds: 1, warmUp: 0, atLeastMs: 0 } : { rounds: 31, warmUp: 3, atLeastMs: 0 };

const sentry = await Sentry.create(policyPath);
const plain = new PlainJudge(compiledRules(writtenRules(sentry.policy.rules)));
mustAgree(sentry, plain, [...session, ...labelled]);
mustAgreeOnChunks(sentry, plain, chunksOfSession(300_000).chunks);
process.stdout.write(`both judges agree on ${session.length + labelled.length} lines\n`);

const cases = [
  { ...classifyCase(sentry, plain), effort: hot },
  { ...chunksCase(sentry, plain, quick ? 200_000 : 2_000_000), effort: hot },
  { ...(await compileCase(0, false)), effort: cold },
  { ...(await compileCase(0, true)), effort: cold },
  { ...(await compileCase(100, false)), effort: cold },
  { ...(await compileCase(100, true)), effort: cold },
  { ...(await startCase()), effort: cold },
];
const rows = [];
for (const { ways, effort, clean, ...what } of cases) {
  rows.push({ ...what, ...(await compare(ways, effort)) });
  clean?.();
}
sentry.close();

process.stdout.write(`${tableOf(rows)}\n${conditions()}\n`);
if (values.write === true) writeFileSync(new URL("../docs/performance.md", import.meta.url), documentOf(rows));
