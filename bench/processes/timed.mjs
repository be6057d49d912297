// Times whole processes that judge a file from stdin to stdout, per event.

import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** @typedef {{ path: string, units: number }} Load a file, and how many events or bytes of subjects it holds */
/** @typedef {readonly [program: string, ...args: string[]]} Command */

/** The wall time in milliseconds. @param {Command} command @param {string} input @param {string} output */
export function timeOf([program, ...args], input, output) {
  const files = [openSync(input, "r"), openSync(output, "w")];
  const since = performance.now();
  const { status, stderr, error } = spawnSync(program, args, { stdio: [...files, "pipe"], env: environment() });
  const took = performance.now() - since;
  for (const file of files) closeSync(file);
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${error?.message ?? stderr}`);
  return took;
}

/** Without what would configure a3s-sentry from outside. */
export function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("A3S_SENTRY_")));
}

/**
 * What one more unit costs: the difference between a large load and a small one, so that starting does not count.
 * @param {Command} command @param {{ small: Load, large: Load, output: string }} loads @returns {() => number}
 */
export function costOfOne(command, { small, large, output }) {
  return () => {
    const some = timeOf(command, small.path, output);
    const all = timeOf(command, large.path, output);
    return Math.max(all - some, 0) / (large.units - small.units);
  };
}
