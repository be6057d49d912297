// `npm test`, after the build: runs every check. The last line has the totals: `N passed, N
// failed`.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { checks } from "./checks.mjs";
import { readArguments } from "./lib/arguments.mjs";
import { scratch } from "./lib/paths.mjs";
import { tail } from "./lib/processes.mjs";
import { log, main, seconds } from "./lib/report.mjs";

const logs = join(scratch, "logs");

/** Runs a check, writes its output to a log file, and prints its counts, with the end of the output if it failed. */
async function perform({ name, run }) {
  const start = Date.now();
  const result = { passed: 0, failed: 0, skipped: 0, note: "", output: "", ...(await run()) };
  const counts = ["passed", "failed", "skipped"].filter((key) => result[key] > 0).map((key) => `${result[key]} ${key}`);
  const note = result.note === "" ? "" : `  (${result.note})`;
  const mark = result.failed > 0 ? "✗" : result.passed > 0 ? "✓" : "–";
  log(`${mark} ${name}: ${counts.join(", ")}, ${seconds(start)}${note}`);
  const file = join(logs, `${name.replace(/\W+/g, "-")}.log`);
  writeFileSync(file, result.output);
  if (result.failed > 0) log(`${tail(result.output, 120)}\n  full output: ${file}\n`);
  return result;
}

await main(async () => {
  readArguments("npm test");
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const total = { passed: 0, failed: 0 };
  for (const check of checks) {
    const result = await perform(check);
    total.passed += result.passed;
    total.failed += result.failed;
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
