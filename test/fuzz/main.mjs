// The fuzzer of the packages: random inputs from a seed, for each target `--minutes N` (1), or for
// `--target NAME` alone. `--seed N` repeats a run, `--replay FILE` one input. Ends with 1 if an
// input fails.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { errorOf, fuzz } from "./fuzzer.mjs";
import { targets } from "./targets.mjs";

/** Inputs that once failed, `<target>-<name>.json`, which `fuzz.test.ts` replays. */
const KEPT = fileURLToPath(new URL("kept", import.meta.url));

const { values } = parseArgs({
  options: Object.fromEntries(["minutes", "target", "seed", "replay"].map((name) => [name, { type: "string" }])),
});
if (typeof values.replay === "string") await replay(values.replay);
else await run(targetsOf(values.target));

/** @param {string} file */
async function replay(file) {
  const [target] = targetsOf(basename(file).split("-")[0]);
  const error = target && (await errorOf(target, JSON.parse(readFileSync(file, "utf8"))));
  say(error === undefined ? `✓ ${file}` : `✗ ${file}: ${error.stack}`);
  if (error !== undefined) process.exitCode = 1;
}

/** @param {readonly import("./fuzzer.mjs").Target[]} chosen */
async function run(chosen) {
  const minutes = number("minutes", values.minutes ?? "1");
  const seed = number("seed", values.seed ?? Date.now() % 1e9);
  for (const target of chosen) {
    const { inputs, failure } = await fuzz(target, { seed, milliseconds: minutes * 60_000 });
    say(`${failure ? "✗" : "✓"} ${target.name}: ${inputs.toLocaleString("en-US")} inputs, seed ${seed}`);
    if (failure === undefined) continue;
    process.exitCode = 1;
    const text = JSON.stringify(failure.input);
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
    const file = join(KEPT, `${target.name}-${hash}.json`);
    writeFileSync(file, `${text}\n`);
    const shown = relative(process.cwd(), file);
    say(`  ${failure.error.message.replaceAll("\n", "\n  ")}\n  input: ${text.slice(0, 2000)}`);
    say(
      `  kept as ${shown}, which \`npm test\` replays. To replay it alone:\n      npm run fuzz:js -- --replay ${shown}`,
    );
    say("  Once it is fixed, rename the file after what broke, and commit it.");
  }
}

/** @param {unknown} name of one target; all without one */
function targetsOf(name) {
  const chosen = name === undefined ? targets : targets.filter((target) => target.name === name);
  if (chosen.length > 0) return chosen;
  throw new TypeError(`unknown target \`${name}\`: use one of ${targets.map((target) => target.name).join(", ")}`);
}

/** @param {string} name @param {unknown} text */
function number(name, text) {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new TypeError(`\`--${name}\` must be a number above 0`);
  return value;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
