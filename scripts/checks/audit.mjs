// Known holes in dependencies, asked of the registries where they answer; where they do not, that is no failure.

import process from "node:process";
import { nativeRust } from "../lib/native-rust.mjs";
import { crate, root } from "../lib/places.mjs";
import { pnpmScript } from "../lib/pnpm.mjs";
import { run } from "../lib/processes.mjs";
import { skipped } from "./result.mjs";

async function pnpmAudit() {
  const args = [await pnpmScript(), "audit", "--prod", "--json"];
  const { code, stdout, output } = await run(process.execPath, args, { cwd: root, timeout: 60_000 });
  if (code === 0) return { passed: 1, output };
  return /"advisories"/.test(stdout)
    ? { failed: 1, output }
    : skipped("the npm registry gives no advisories here", output);
}

async function cargoAudit() {
  const options = { cwd: crate, env: await nativeRust(), timeout: 120_000 };
  if ((await run("cargo", ["audit", "--version"], options)).code !== 0) return skipped("cargo-audit is not installed");
  const { code, stdout, output } = await run("cargo", ["audit", "--json"], options);
  if (code === 0) return { passed: 1, output };
  return /"vulnerabilities"/.test(stdout)
    ? { failed: 1, output }
    : skipped("the advisory database is not reached", output);
}

/** @type {import("./result.mjs").Check[]} */
export const audits = [
  { name: "pnpm audit", run: pnpmAudit },
  { name: "cargo audit", run: cargoAudit },
];
