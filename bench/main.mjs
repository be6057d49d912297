// Measures a3s-sentry beside other judges and prints one table. `--quick` is a smoke test of some
// seconds, without the native judge; `--write` also writes docs/performance.md, its plot and
// bench/expected.json.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Sentry } from "a3s-sentry";
import { mustAgree, mustAgreeOnChunks } from "./agree.mjs";
import { buildBaseline } from "./baseline/build.mjs";
import { efforts } from "./effort.mjs";
import { longLoads } from "./loads/long.mjs";
import { chunksOfSession, labelled, loadsOfSession, session } from "./loads/session.mjs";
import { PlainJudge } from "./plain/judge.mjs";
import { compiledRules, writtenRules } from "./plain/rules.mjs";
import { Folder } from "./processes/folder.mjs";
import { policies } from "./processes/policies.mjs";
import { conditions } from "./report/conditions.mjs";
import { write } from "./report/document.mjs";
import { writeExpected } from "./report/expected.mjs";
import { figureTable, table } from "./report/table.mjs";
import { aclOf } from "./rules/generate.mjs";
import { adversarial } from "./sections/adversarial.mjs";
import { singleCalls, stream } from "./sections/calls.mjs";
import { commands } from "./sections/commands.mjs";
import { compile } from "./sections/compile.mjs";
import { gate } from "./sections/gate.mjs";
import { gitleaks } from "./sections/gitleaks.mjs";
import { growth } from "./sections/growth.mjs";
import { guardCalls } from "./sections/guard-calls.mjs";
import { longSubjects } from "./sections/long.mjs";
import { others } from "./sections/others.mjs";
import { replayed } from "./sections/replay.mjs";
import { shortRun } from "./sections/short-run.mjs";
import { slowTier } from "./sections/slow-tier.mjs";
import { start } from "./sections/start.mjs";

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, write: { type: "boolean" } },
});
const effort = values.quick === true ? efforts.quick : efforts.full;

/** @param {string} what */
const say = (what) => process.stderr.write(`· ${what} (${Math.round(performance.now() / 1000)} s)\n`);

const native = values.quick === true ? undefined : buildBaseline();
const sentry = await Sentry.create(aclOf([]));
const plain = new PlainJudge(compiledRules(writtenRules(sentry.policy.rules)));
mustAgree(sentry, plain, [...session, ...labelled]);
mustAgreeOnChunks(sentry, plain, chunksOfSession(300_000).chunks);
process.stdout.write(`both judges agree on ${session.length + labelled.length} lines\n`);

const folder = new Folder();
process.once("exit", () => folder.remove());
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const loads = longLoads(sentry);
const judged = [...session, ...loads.flatMap(({ lines }) => lines)];
say("making policies");
const all = await policies(effort.rules, judged, folder, native);
const [fewest, most] = [all[0], all.at(-1)];
if (fewest === undefined || most === undefined) throw new Error("no policies");
const middle = all.find(({ count }) => count === 1000) ?? most;
const many = await Sentry.create(middle.acl);
const events = session.filter((line) => sentry.classify(line) !== null).length;

say("the working session, with more and more rules");
const grown = await growth(all, folder, effort.growth, events);
/** @type {(() => Promise<import("./rows.mjs").Result>)[]} */
const sections = [
  () => longSubjects(fewest, loads, folder, effort.long),
  ...(middle === most ? [] : [() => longSubjects(middle, loads, folder, effort.long)]),
  () => singleCalls(sentry, plain, effort.calls),
  () => stream(sentry, plain, loadsOfSession(effort.streamBytes), effort.calls),
  () => guardCalls(sentry, effort.calls),
  () => gate(sentry, effort.calls),
  () => gitleaks(folder, effort.long),
  () => others(effort.calls),
  () => adversarial(sentry, effort.adversarial),
  () => adversarial(many, effort.adversarial),
  () => commands(sentry, most.count, effort.adversarial),
  ...all.map((policy) => () => compile(policy, effort.compile)),
  () => start(folder.path("14.json"), effort.start),
  () => shortRun(fewest, sentry, folder, effort.growth),
  () => replayed(sentry, fewest, folder, effort.growth),
  () => slowTier(sentry, folder, effort.slowTier),
];
const result = { ...grown };
/** @type {string[]} */
const notes = [];
for (const [i, section] of sections.entries()) {
  say(`${i + 1} of ${sections.length} others`);
  const { rows, figures, notes: told = [] } = await section();
  notes.push(...told);
  result.rows.push(...rows);
  result.figures.push(...figures);
}
many.close();

process.stdout.write(`${table(result.rows)}\n${figureTable(result.figures)}\n${[...notes, conditions()].join("\n")}\n`);
if (values.write === true) {
  await writeExpected();
  write(result, readFileSync(new URL("../docs/performance.md", import.meta.url), "utf8"));
}
sentry.close();
