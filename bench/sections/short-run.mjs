// A short run, start included: 600,000 events through whole processes.

import { session } from "../loads/session.mjs";
import { measure, ratio } from "../measure.mjs";
import { mustAgree } from "../processes/agree.mjs";
import { timeOf } from "../processes/timed.mjs";
import { NATIVE, OURS } from "../rows.mjs";

const EVENTS = 600_000;

/**
 * @param {import("../processes/policies.mjs").Policy} policy the built-in rules
 * @param {import("a3s-sentry").Sentry} sentry used to find the lines that are events
 * @param {import("../processes/folder.mjs").Folder} folder @param {import("../measure.mjs").Effort & { share: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function shortRun({ commands }, sentry, folder, effort) {
  const lines = session.filter((line) => sentry.classify(line) !== null);
  const bytes = Math.round(Buffer.byteLength(lines.join("\n")) / lines.length);
  const load = folder.load("events", lines, lines.length, Math.ceil((EVENTS * effort.share) / lines.length));
  const output = folder.path("audit");
  mustAgree(commands, load.path, output);
  const ways = Object.entries(commands).map(([way, command]) => [way, () => timeOf(command, load.path, output)]);
  /** @type {Record<string, import("../measure.mjs").Samples>} */
  const samples = await measure(Object.fromEntries(ways), effort);
  const { [OURS]: ours = [], [NATIVE]: native } = samples;
  return {
    rows: [{ what: `\`run\` of ${load.units} events of ${bytes} bytes, with its start`, unit: "run", ways: samples }],
    figures:
      native === undefined
        ? []
        : [
            {
              what: "`run` of 600,000 events against native Rust, both with their start",
              goal: { least: 1.5 },
              unit: "times",
              measured: ratio(native, ours),
            },
          ],
  };
}
