// The processor time of processes: all of it, in all threads, from the start of the program.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { environment } from "./timed.mjs";

const PRELOADED = fileURLToPath(new URL("../startup/processor-time.cjs", import.meta.url));

/**
 * Milliseconds. @param {string} script @param {readonly string[]} args
 */
export function processorTimeOf(script, args) {
  const { status, output, stderr } = spawnSync(process.execPath, ["--require", PRELOADED, script, ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: environment(),
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  return Number(output[3]);
}

/**
 * What a running process has taken so far, in milliseconds; not a number where the system does not say.
 * @param {import("node:child_process").ChildProcess} child
 */
export function cpuMs({ pid }) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}
