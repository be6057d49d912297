// The chaos test of a fleet: workers and the leading server are killed, workers are paused, and the network is cut, while
// events are judged. Ends with 1 if a key is lost, is decided in two messages, or out of its agent's order, or if a worker
// has ended by itself. `--short` is the form of CI.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chaos } from "./chaos.mjs";

const SHORT = {
  events: 20_000,
  servers: 3,
  workers: 2,
  kills: 3,
  pauses: 1,
  leaderKills: 1,
  cutMs: 1_000,
  limitMs: 150_000,
};
const FULL = {
  events: 1_000_000,
  servers: 3,
  workers: 3,
  kills: 50,
  pauses: 4,
  leaderKills: 2,
  cutMs: 10_000,
  limitMs: 1_800_000,
};

const { values } = parseArgs({
  options: {
    short: { type: "boolean" },
    events: { type: "string" },
    kills: { type: "string" },
    servers: { type: "string" },
  },
});
const chosen = Object.entries(values).flatMap(([name, text]) =>
  typeof text === "string" ? [[name, Number(text)]] : [],
);
const plan = { ...(values.short ? SHORT : FULL), ...Object.fromEntries(chosen) };
const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-fleet-"));
try {
  const { decided, counts, tookS } = await chaos(plan, folder);
  const rows = [
    ["time", `${tookS.toFixed(0)} s`],
    [
      "events",
      `${decided.events} decided, ${counts.escalations} questions to a slow tier, ${decided.duplicates} messages of ` +
        "decisions stored twice",
    ],
    [
      "faults",
      `${counts.kills} workers killed and ${counts.pauses} paused, ${counts.leaderKills} times the leading server killed, ` +
        `network cut ${counts.cuts} times`,
    ],
  ];
  for (const [what = "", found] of rows) process.stdout.write(`${what.padEnd(8)}${found}\n`);
  const { problems } = decided;
  const verdict =
    problems.length === 0 ? "each key decided, none lost, each agent in order" : `${problems.length} PROBLEMS`;
  process.stdout.write(`${[verdict, ...problems].join("\n")}\n`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
