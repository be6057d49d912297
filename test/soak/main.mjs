// The soak: the real command under a mixed load, while its policy and its deny-files are edited.
// Ends with 1 on any loss, crash or growth. It runs for `--seconds N` (120), or until `--events N`
// are judged, or until `--reloads N` are in force.

import { parseArgs } from "node:util";
import { report } from "./report.mjs";
import { soak } from "./soak.mjs";

const LIMITS = /** @type {const} */ (["seconds", "events", "reloads"]);

const { values } = parseArgs({ options: Object.fromEntries(LIMITS.map((name) => [name, { type: "string" }])) });
const given = LIMITS.flatMap((name) => (values[name] === undefined ? [] : [[name, wholeNumber(name, values[name])]]));
const result = await soak(given.length === 0 ? { seconds: 120 } : Object.fromEntries(given));
process.stdout.write(report(result));
if (result.problems.length > 0) process.exitCode = 1;

/** @param {string} name @param {unknown} text */
function wholeNumber(name, text) {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new TypeError(`\`--${name}\` must be a whole number from 1`);
  return number;
}
