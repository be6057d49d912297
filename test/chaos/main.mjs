// The chaos test: the real command is killed, its disk is full, its reader stalls, its policy changes
// without end and its workers die, for `--seconds N` (120). Ends with 1 if a deny that was
// acknowledged is not in the deny-file, or a line is torn or lost.

import { parseArgs } from "node:util";
import { chaos } from "./chaos.mjs";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "120" } } });
const seconds = Number(values.seconds);
if (!(seconds > 0 && Number.isFinite(seconds))) throw new TypeError("`--seconds` must be a number above 0");

const { ledger, counts, took } = await chaos(seconds);
const rows = [
  ["time", `${took.toFixed(0)} s`],
  ["runs", `${counts.runs}, ${counts.kills} of them ended by SIGKILL`],
  ["denies", `${ledger.acknowledged} acknowledged, ${ledger.refused} refused for a full disk`],
  ["faults", `${counts.fullDisks} full disks, ${counts.stalls} stalls, ${counts.deadWorkers} dead workers`],
  ["policies", `${counts.reloads} put in force, ${counts.refusals} refused`],
];
for (const [what = "", found] of rows) process.stdout.write(`${what.padEnd(10)}${found}\n`);
const verdict = ledger.problems.length === 0 ? ["nothing lost, nothing torn"] : [`${ledger.problems.length} PROBLEMS`];
process.stdout.write(`${[...verdict, ...ledger.problems].join("\n")}\n`);
if (ledger.problems.length > 0) process.exitCode = 1;
