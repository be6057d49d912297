// Formats the result of a soak.

import { megabytes } from "./memory.mjs";

/** @param {import("./soak.mjs").Result} result */
export function report({ problems, took, events, outcomes, sentry, denyFiles, memory, queue }) {
  const rows = [
    ["events", `${count(events)} in ${(took / 1000).toFixed(0)} s: ${count((events * 1000) / took)} a second`],
    ["audit lines", `${count(outcomes.lines)}, ${count(outcomes.blocked)} of them blocks`],
    [
      "escalations",
      `${count(outcomes.settled)} settled by L2, ${count(outcomes.degraded)} by the fail mode for a full queue`,
    ],
    ["longest queue", count(queue)],
    [
      "policies",
      `${count(sentry.reloads)} put in force, ${count(sentry.refusals)} refused; ${count(outcomes.versions.size)} of them decided`,
    ],
    ["deny-files", `${count(denyFiles.changes)} changed from outside meanwhile`],
    ["memory held", fromTo(memory.start.held, memory.end.held)],
    ["resident", fromTo(memory.start.resident, memory.end.resident)],
  ];
  const lines = rows.map(([what = "", found]) => `${what.padEnd(16)}${found}`);
  const verdict =
    problems.length === 0 ? ["nothing lost, nothing grown"] : [`${problems.length} PROBLEMS`, ...problems];
  return `${[...lines, ...verdict].join("\n")}\n`;
}

/** @param {number} start @param {number} end both in bytes */
function fromTo(start, end) {
  return `${megabytes(start)} after the warm-up, ${megabytes(end)} at the end, without garbage`;
}

/** @param {number} number */
function count(number) {
  return Math.round(number).toLocaleString("en-US");
}
