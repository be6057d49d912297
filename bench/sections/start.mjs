// What a process pays before its first decision, and what it pays for a second policy.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { measure, ratio, summary } from "../measure.mjs";
import { processorTimeOf } from "../processes/processor-time.mjs";
import { OURS, PLAIN } from "../rows.mjs";

const COMMAND = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const EVENT = '{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}';
const EMPTY = "an empty script";

/** @param {string} name */
const script = (name) => fileURLToPath(new URL(`../startup/${name}`, import.meta.url));

/**
 * @param {string} rules the file of the built-in ones as JSON @param {import("../measure.mjs").Effort} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function start(rules, effort) {
  const empty = () => processorTimeOf(script("empty.mjs"), []);
  const first = await measure(
    {
      [OURS]: () => processorTimeOf(script("sentry.mjs"), []),
      [PLAIN]: () => processorTimeOf(script("plain.mjs"), [rules]),
      [EMPTY]: empty,
    },
    effort,
  );
  const explain = await measure({ [OURS]: () => processorTimeOf(COMMAND, ["explain", EVENT]), [EMPTY]: empty }, effort);
  const second = await measure({ [OURS]: secondCreate }, effort);
  const unit = "process, processor time";
  return {
    rows: [
      { what: "start-up: import and first decision", unit, ways: first },
      { what: "start-up: `a3s-sentry explain` of one event", unit, ways: explain },
      { what: 'a second `Sentry.create("")`', unit: "policy", ways: second },
    ],
    figures: [
      figure("import and first decision against an empty process", 1.5, first),
      figure("`a3s-sentry explain` of one event against an empty process", 2, explain),
      {
        what: 'a second `Sentry.create("")`',
        goal: { most: 5 },
        unit: "ms",
        measured: summary(second[OURS]),
      },
    ],
  };
}

/** @param {string} what @param {number} most @param {Record<string, import("../measure.mjs").Samples>} ways */
function figure(what, most, { [OURS]: ours = [], [EMPTY]: empty = [] }) {
  return { what, goal: { most }, unit: "times", measured: ratio(ours, empty) };
}

/** Milliseconds. */
function secondCreate() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script("second.mjs")], { encoding: "utf8" });
  if (status !== 0) throw new Error(`second.mjs ended with ${status}: ${stderr}`);
  return Number(stdout);
}
