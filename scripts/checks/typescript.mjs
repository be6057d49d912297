// The checks of TypeScript, JavaScript and JSON: format and lints, types, tests.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root, scratch } from "../lib/places.mjs";
import { run } from "../lib/processes.mjs";
import { program } from "./result.mjs";

const bin = (name) => join(root, "node_modules", ".bin", name);
const report = join(scratch, "vitest.json");

/** @returns {Promise<import("./result.mjs").Result>} */
async function vitest() {
  rmSync(report, { force: true });
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile=${report}`];
  const { code, output } = await run(bin("vitest"), args, { cwd: root, env: { CI: "true", NO_COLOR: "1" } });
  if (!existsSync(report)) return { failed: 1, output };
  const told = JSON.parse(readFileSync(report, "utf8"));
  const result = { passed: told.numPassedTests, failed: told.numFailedTests, skipped: told.numPendingTests, output };
  // A file that does not load, or an error outside of a test, fails the run without a failed test.
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

/** @type {import("./result.mjs").Check[]} */
export const typescriptChecks = [
  { name: "biome", run: () => program(bin("biome"), ["check", "--error-on-warnings", "--colors=off"], { cwd: root }) },
  {
    name: "types",
    run: () => program(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"], { cwd: root }),
  },
  { name: "vitest", run: vitest },
];
