// Compiling policies, in processes of their own: time and memory.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { measure, summary } from "../measure.mjs";
import { OURS } from "../rows.mjs";

/** @typedef {{ ms: number, peakBytes: number, wasmBytes: number }} Compiled */

const SCRIPT = fileURLToPath(new URL("../startup/compile.mjs", import.meta.url));

/** @param {string} config @returns {Compiled} */
function compiled(config) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, config], { encoding: "utf8" });
  if (status !== 0) throw new Error(`compile.mjs ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * @param {{ count: number, config: string }} policy @param {import("../measure.mjs").Effort} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function compile({ count, config }, effort) {
  /** @type {Compiled[]} */
  const all = [];
  const one = () => {
    const policy = compiled(config);
    all.push(policy);
    return policy.ms;
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
