// The checks of the Cargo workspace: format, lints for both targets, tests, and that the generated TypeScript is current.
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

/** Runs the crates' tests, which also write the generated TypeScript, here to the scratch folder. */
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

/** The wasm crate is empty for any other target. */
async function clippyForWasm() {
  const target = "wasm32-unknown-unknown";
  const { code, stdout } = await run("rustup", ["target", "list", "--installed"]);
  if (code !== 0 || !stdout.includes(target)) {
    return skipped(`this Rust toolchain cannot build for ${target}: run \`rustup target add ${target}\``);
  }
  return subcommand("clippy", ["clippy", "--locked", "--target", target, "-p", "sentry-wasm", "--", "-D", "warnings"]);
}

/** @type {import("./result.mjs").Check[]} */
export const rustChecks = [
  { name: "cargo fmt", run: () => subcommand("rustfmt", ["fmt", "--all", "--check"]) },
  {
    name: "cargo clippy",
    run: () => subcommand("clippy", ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
  },
  { name: "cargo clippy, wasm32", run: clippyForWasm },
  { name: "cargo test", run: tests },
  { name: "generated TypeScript", run: generatedFiles },
];

/** The committed files must be, byte for byte, what the tests have just exported. */
async function generatedFiles() {
  const stale = ["wire.ts", "boundary.ts"].filter((name) => {
    const [current, committed] = [join(exported, name), join(root, "packages", "core", "src", "generated", name)];
    return !existsSync(current) || readFileSync(current, "utf8") !== readFileSync(committed, "utf8");
  });
  return findings(
    stale.map((name) => `packages/core/src/generated/${name} is outdated: run \`cargo test\` and commit the result`),
  );
}
