// Compiling policies and starting up, in processes of their own: time and memory.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { measure, summary } from "../measure.mjs";
import { OURS, PLAIN } from "../rows.mjs";

/** @typedef {{ ms: number, peakBytes: number, wasmBytes: number }} Compiled */

/** Runs the script, and parses the JSON on its stdout. @param {string} script @param {readonly string[]} args */
function runScript(script, args) {
  const path = fileURLToPath(new URL(`../startup/${script}`, import.meta.url));
  const since = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  return { took: performance.now() - since, stdout };
}

/**
 * @param {{ count: number, config: string }} policy @param {import("../measure.mjs").Effort} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function compile({ count, config }, effort) {
  /** @type {Compiled[]} */
  const all = [];
  const one = () => {
    /** @type {Compiled} */
    const compiled = JSON.parse(runScript("compile.mjs", [config]).stdout);
    all.push(compiled);
    return compiled.ms;
  };
  const ways = await measure({ [OURS]: one }, { ...effort, warmUp: 0 });
  const peak = summary(all.map(({ peakBytes }) => peakBytes / 1e6));
  const wasm = summary(all.map(({ wasmBytes }) => wasmBytes / 1e6));
  const seconds = summary(all.map(({ ms }) => ms / 1000));
  const row = { what: `compile ${count} rules`, unit: "policy", ways };
  if (count < 10_000) return { rows: [row], figures: [] };
  return {
    rows: [row],
    figures: [
      { what: `compile of ${count} rules`, goal: { most: 3 }, unit: "s", measured: seconds },
      {
        what: `memory that this takes, at its peak (${wasm.median.toFixed(0)} MB of it wasm)`,
        goal: { most: 200 },
        unit: "MB",
        measured: peak,
      },
    ],
  };
}

/** @param {string} rules the built-in ones as JSON @param {import("../measure.mjs").Effort} effort @returns {Promise<import("../rows.mjs").Result>} */
export async function start(rules, effort) {
  const ways = await measure(
    { [OURS]: () => runScript("sentry.mjs", []).took, [PLAIN]: () => runScript("plain.mjs", [rules]).took },
    effort,
  );
  return { rows: [{ what: "start-up, Node.js included", unit: "process that judges one event", ways }], figures: [] };
}
