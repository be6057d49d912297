// The checks of the Cargo workspace: format, lints for both targets, tests, and that the generated types are current.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { nativeRust } from "../lib/native-rust.mjs";
import { crate, root, scratch } from "../lib/places.mjs";
import { run } from "../lib/processes.mjs";
import { findings, program, skipped } from "./result.mjs";

const exported = join(scratch, "exported-types");

async function cargo(args, env = {}) {
  return [args, { cwd: crate, env: { ...(await nativeRust()), ...env } }];
}

/** A cargo subcommand that a bare Rust toolchain may lack. */
async function subcommand(component, args) {
  const [ask, options] = await cargo([args[0], "--version"]);
  if ((await run("cargo", ask, options)).code !== 0) {
    return skipped(`this Rust toolchain has no ${component}: type \`rustup component add ${component}\``);
  }
  return program("cargo", args, options);
}

/** Runs the crates' tests, which also write the types that cross to TypeScript: here into the scratch folder. */
async function tests() {
  rmSync(exported, { recursive: true, force: true });
  const [args, options] = await cargo(["test", "--locked", "--workspace", "--no-fail-fast"], {
    TS_RS_EXPORT_DIR: exported,
  });
  const { code, output } = await run("cargo", args, options);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const line of output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    counts.passed += Number(line[1]);
    counts.failed += Number(line[2]);
    counts.skipped += Number(line[3]);
  }
  // What does not compile, or ends in the middle, prints no result line of its own.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return { ...counts, output };
}

/** @type {import("./result.mjs").Check[]} */
export const rustChecks = [
  { name: "cargo fmt", run: () => subcommand("rustfmt", ["fmt", "--all", "--check"]) },
  {
    name: "cargo clippy",
    run: () => subcommand("clippy", ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
  },
  { name: "cargo test", run: tests },
  { name: "generated types", run: generatedTypes },
];

/** The committed types must be, byte for byte, what the tests have just exported. */
async function generatedTypes() {
  const current = join(exported, "wire.ts");
  if (!existsSync(current)) return findings(["`cargo test` exported no types"]);
  const committed = join(root, "packages", "core", "src", "generated", "wire.ts");
  if (readFileSync(current, "utf8") === readFileSync(committed, "utf8")) return findings([]);
  return findings([
    "packages/core/src/generated/wire.ts is not what the crates export: type `cargo test` and commit it",
  ]);
}
