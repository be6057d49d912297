// Questions about files: whether outputs are newer than their inputs.
import { statSync } from "node:fs";

/** Whether all outputs exist and none is older than an input. @param {string[]} outputs @param {string[]} inputs */
export function isUpToDate(outputs, inputs) {
  const newestInput = Math.max(...inputs.map((file) => statSync(file).mtimeMs));
  return outputs.every((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= newestInput);
}
