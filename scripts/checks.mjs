// The checks of `npm test`, in order. Most are a program that passes if it ends with 0.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { firstLines, leftovers, lengths, localPaths, moduleSize, pathsInModule } from "./hygiene.mjs";
import { coreRs, root, scratch } from "./lib/paths.mjs";
import { pinnedPnpm } from "./lib/pnpm.mjs";
import { run } from "./lib/processes.mjs";

/**
 * @typedef {{ passed?: number, failed?: number, skipped?: number, output?: string, note?: string }} Result
 *   `output` is printed if the check fails, `note` always
 * @typedef {{ name: string, run: () => Result | Promise<Result> }} Check
 */

const SOAK_SECONDS = "12";
const CHAOS_SECONDS = "14";
const bin = (name) => join(root, "node_modules", ".bin", name);
const exported = join(scratch, "exported-types");
const vitestReport = join(scratch, "vitest.json");

/** @type {Check[]} */
export const checks = [
  { name: "no local paths, no registry hosts", run: localPaths },
  { name: "nothing left by tools", run: leftovers },
  { name: "first lines", run: firstLines },
  { name: "file lengths", run: lengths },
  program("cargo fmt", "cargo", ["fmt", "--all", "--check"], coreRs),
  program("cargo clippy", "cargo", clippy("--workspace", "--all-targets"), coreRs),
  program(
    "cargo clippy, wasm32",
    "cargo",
    clippy("--package", "sentry-wasm", "--package", "sentry-tools", "--target", "wasm32-unknown-unknown"),
    coreRs,
  ),
  program("cargo clippy, bindgen", "cargo", clippy(), join(coreRs, "bindgen")),
  { name: "cargo test", run: cargoTest },
  { name: "generated TypeScript", run: generatedFiles },
  program("biome", bin("biome"), ["check", "--error-on-warnings", "--colors=off"]),
  program("types", process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"]),
  { name: "vitest", run: vitest },
  { name: "wasm size", run: moduleSize },
  { name: "no local paths in the wasm", run: pathsInModule },
  program("short bench", process.execPath, [join(root, "bench", "check.mjs")]),
  program("short soak", process.execPath, [join(root, "test", "soak", "main.mjs"), "--seconds", SOAK_SECONDS]),
  program("short chaos", process.execPath, [join(root, "test", "chaos", "main.mjs"), "--seconds", CHAOS_SECONDS]),
  program("short chaos of a fleet", process.execPath, [join(root, "test", "chaos", "fleet", "main.mjs"), "--short"]),
  { name: "pnpm audit", run: pnpmAudit },
  { name: "cargo audit", run: cargoAudit },
];

/** A check that is one program. @returns {Check} */
function program(name, command, args, cwd = root) {
  return {
    name,
    run: async () => {
      const { code, output } = await run(command, args, { cwd });
      return code === 0 ? { passed: 1, output } : { failed: 1, output: `${output}\n${command} ended with ${code}` };
    },
  };
}

function clippy(...options) {
  return ["clippy", "--locked", ...options, "--", "-D", "warnings"];
}

/** Runs the tests of the engine. They also export the types that cross to TypeScript, here to the scratch folder. */
async function cargoTest() {
  rmSync(exported, { recursive: true, force: true });
  const env = { TS_RS_EXPORT_DIR: exported };
  const { code, output } = await run("cargo", ["test", "--workspace", "--locked", "--no-fail-fast"], {
    cwd: coreRs,
    env,
  });
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const line of output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    counts.passed += Number(line[1]);
    counts.failed += Number(line[2]);
    counts.skipped += Number(line[3]);
  }
  // Tests that do not compile, or that abort, print no result line.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return { ...counts, output };
}

/** The committed files must equal, byte for byte, what the tests have just exported. */
function generatedFiles() {
  const outdated = ["wire.ts", "boundary.ts"].filter((name) => {
    const [current, committed] = [join(exported, name), join(root, "packages", "core", "src", "generated", name)];
    return !existsSync(current) || readFileSync(current, "utf8") !== readFileSync(committed, "utf8");
  });
  if (outdated.length === 0) return { passed: 1 };
  const names = outdated.map((name) => `packages/core/src/generated/${name}`).join(" and ");
  return { failed: 1, output: `${names} is outdated: run \`npm run test:rust\` and commit the result` };
}

async function vitest() {
  rmSync(vitestReport, { force: true });
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile=${vitestReport}`];
  const { code, output } = await run(bin("vitest"), args, { cwd: root, env: { CI: "true", NO_COLOR: "1" } });
  if (!existsSync(vitestReport)) return { failed: 1, output };
  const report = JSON.parse(readFileSync(vitestReport, "utf8"));
  const result = { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
  // A file that does not load, or an error outside of a test, fails the run without a failed test.
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return { ...result, output };
}

/** Known vulnerabilities of the npm packages. A registry without advisories is no failure. */
async function pnpmAudit() {
  const args = ["--yes", pinnedPnpm, "audit", "--prod", "--json"];
  const { code, stdout, output } = await run("npx", args, { cwd: root, timeout: 60_000 });
  if (code === 0) return { passed: 1, output };
  return /"advisories"/.test(stdout)
    ? { failed: 1, output }
    : skipped("the npm registry gives no advisories here", output);
}

/** Known vulnerabilities of the crates, of the engine's and of those that write its glue. */
async function cargoAudit() {
  if ((await run("cargo", ["audit", "--version"], { cwd: coreRs })).code !== 0)
    return skipped("cargo-audit is not installed");
  const results = [];
  for (const cwd of [coreRs, join(coreRs, "bindgen")]) {
    const { code, stdout, output } = await run("cargo", ["audit", "--json"], { cwd, timeout: 120_000 });
    if (code !== 0 && !/"vulnerabilities"/.test(stdout))
      return skipped("the advisory database cannot be reached", output);
    results.push({ code, output });
  }
  const failed = results.filter(({ code }) => code !== 0).length;
  return { passed: results.length - failed, failed, output: results.map(({ output }) => output).join("\n") };
}

/** A check that cannot run here. @returns {Result} */
function skipped(note, output = "") {
  return { skipped: 1, note, output };
}
