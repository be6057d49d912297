// The result of a run: one table for a terminal or a document, and on what it was measured.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import Table from "cli-table3";

/** @typedef {{ name: string, unit: string, per: number, ours: import("./measure.mjs").Timing, plain: import("./measure.mjs").Timing }} Row */

const HEAD = ["what", "for one", "a3s-sentry", "plain JavaScript", "plain / a3s-sentry"];

/** @param {Row} row */
function cells({ name, unit, per, ours, plain }) {
  return [name, unit, told(ours, per), told(plain, per), (plain.median / ours.median).toFixed(2)];
}

/** The median and, in brackets, where four fifths of the rounds lie. @param {Row["ours"]} timing @param {number} per */
function told({ median, low, high }, per) {
  const [factor, unit] = median / per < 0.1 ? [1000 / per, "µs"] : [1 / per, "ms"];
  /** @param {number} ms */
  const text = (ms) => String(Number((ms * factor).toPrecision(3)));
  return `${text(median)} ${unit} (${text(low)}–${text(high)})`;
}

/** @param {Row[]} rows */
export function tableOf(rows) {
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  table.push(...rows.map(cells));
  return table.toString();
}

/** @param {Row[]} rows */
function markdownOf(rows) {
  const lines = [HEAD, HEAD.map((_, i) => (i < 2 ? "---" : "---:")), ...rows.map(cells)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The machine and the versions, one line. */
export function conditions() {
  const { version } = JSON.parse(readFileSync(new URL("../packages/node/package.json", import.meta.url), "utf8"));
  const processors = cpus();
  const machine = `${processors.length} × ${processors[0]?.model.trim() || "processor of unknown model"}`;
  const { node, v8 } = process.versions;
  return `a3s-sentry ${version}, Node.js ${node} (V8 ${v8}), ${process.platform} ${process.arch}, ${machine}`;
}

/** @param {Row[]} rows */
export function documentOf(rows) {
  return `# Performance

What \`npm run bench -- --write\` wrote here. Both ways ran in one process, in turns, after a warm-up: medians, and in brackets
where four fifths of the rounds lie. The plain judge is \`JSON.parse\` and \`RegExp\` in a loop with the same rules; before
anything is timed, both must give the same verdict, rule and action for each line of the session and of the labelled corpus.

${markdownOf(rows)}

${conditions()}.

Events and lines are those of \`examples/session.ndjson\`, judged by \`examples/sentry.acl\` and the built-in rules. V8 only parses
a regular expression when it is made, and compiles it when it is first used, so compiling is told both ways. Starting up
includes the start of Node itself.
`;
}
