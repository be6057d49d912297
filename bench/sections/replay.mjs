// Replaying sessions of Claude Code, compared with `run` of the events that their calls stand for. Both
// with their start.

import { session } from "../loads/session.mjs";
import { measure, summary } from "../measure.mjs";
import { timeOf } from "../processes/timed.mjs";
import { OURS } from "../rows.mjs";

const CALLS = 600_000;
const FILES = 16;
const RUN = "`run` of their events";

/** A call of a tool for an event of the session; none for an event that no tool causes. @param {string} line */
function callOf(line) {
  const [kind, fields] = Object.entries(JSON.parse(line).event ?? {})[0] ?? [];
  switch (kind) {
    case "ToolExec":
      return { name: "Bash", input: { command: fields.argv.join(" ") } };
    case "FileAccess":
      return { name: fields.write ? "Write" : "Read", input: { file_path: fields.path } };
    case "Egress":
      return { name: "WebFetch", input: { url: `https://${fields.peer}:${fields.port}/` } };
    default:
      return undefined;
  }
}

/** A line of a session file. @param {object} call */
const lineOf = (call) =>
  JSON.stringify({
    parentUuid: "4f35e220-c435-4cf7-b9b9-f40426042847",
    isSidechain: false,
    cwd: "/home/dev/app",
    sessionId: "4f35e220-c435-4cf7-b9b9-f40426042847",
    type: "assistant",
    message: { role: "assistant", content: [{ type: "tool_use", id: "toolu_01", ...call }] },
    uuid: "9ff29d57-8b28-4da9-8e7f-b0e4e7e2ba46",
  });

/**
 * @param {import("a3s-sentry").Sentry} sentry used to find the lines that are events
 * @param {import("../processes/policies.mjs").Policy} policy the built-in rules
 * @param {import("../processes/folder.mjs").Folder} folder @param {import("../measure.mjs").Effort & { share: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function replayed(sentry, { commands }, folder, effort) {
  const run = commands[OURS];
  if (run === undefined) throw new Error("no command to measure");
  const lines = session.filter((line) => sentry.classify(line) !== null && callOf(line) !== undefined);
  const times = Math.ceil((CALLS * effort.share) / FILES / lines.length);
  const calls = lines.map((line) => lineOf(callOf(line) ?? {}));
  const files = Array.from(
    { length: FILES },
    (_, file) => folder.load(`session-${file}`, calls, calls.length, times).path,
  );
  const events = folder.load("replayed-events", lines, lines.length, times * FILES);
  const output = folder.path("replayed-output");
  const [program, script = ""] = run;
  const ways = await measure(
    {
      [OURS]: () => timeOf([program, script, "replay", ...files], events.path, output) / events.units,
      [RUN]: () => timeOf(run, events.path, output) / events.units,
    },
    effort,
  );
  return {
    rows: [{ what: "`replay` of sessions of Claude Code, with its start", unit: "call", ways }],
    figures: [
      {
        what: "tool calls that `replay` judges in a second",
        goal: { least: 200_000 },
        unit: "calls",
        measured: summary((ways[OURS] ?? []).map((milliseconds) => Math.round(1000 / milliseconds))),
      },
    ],
  };
}
