// What a check gives: counts, the output to show if it failed, and a note for its line.
import { run } from "../lib/processes.mjs";

/**
 * @typedef {{ passed?: number, failed?: number, skipped?: number, output?: string, note?: string }} Result
 * @typedef {{ name: string, run: () => Promise<Result>}} Check
 */

/** A check that is one program: it passes if the program ends with 0. @returns {Promise<Result>} */
export async function program(command, args, options = {}) {
  const { code, output } = await run(command, args, options);
  return code === 0 ? { passed: 1, output } : { failed: 1, output: `${output}\n${command} ended with ${code}` };
}

/** A check that is a list of findings: it passes if there are none. @returns {Result} */
export function findings(list) {
  return list.length === 0 ? { passed: 1 } : { failed: 1, output: list.join("\n") };
}

/** A check that cannot run here. @returns {Result} */
export function skipped(note, output = "") {
  return { skipped: 1, note, output };
}
