// A Rust toolchain that builds for wasm32-unknown-unknown: the one on PATH, else rustup's target, else Debian's packages.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianRust } from "./debian-rust.mjs";
import { nativeRust } from "./native-rust.mjs";
import { run } from "./processes.mjs";
import { say, step } from "./say.mjs";

const target = "wasm32-unknown-unknown";

/** @returns {Promise<Record<string, string>>} the environment in which cargo builds for wasm */
export async function wasmRust() {
  const env = await nativeRust();
  if (await links(env)) return env;
  if (await addWithRustup(env)) return env;
  return debianRust();
}

/** Whether this rustc finds the target's standard library and a linker, told by a whole little build. */
async function links(env) {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-"));
  const args = ["--target", target, "--crate-type", "cdylib", "--crate-name", "probe", "--out-dir", folder, "-"];
  const { code } = await run("rustc", args, { env, input: "" });
  rmSync(folder, { recursive: true, force: true });
  return code === 0;
}

async function addWithRustup(env) {
  if ((await run("rustup", ["--version"])).code !== 0) return false;
  const command = `rustup target add ${target}`;
  const result = await step(`adding the wasm target to your Rust toolchain: ${command}`, () =>
    run("rustup", ["target", "add", target], { timeout: 300_000 }),
  );
  if (result.code === 0 && (await links(env))) return true;
  say("  that did not work: using Debian's packages in a folder of the project's own instead");
  return false;
}
