// wasm-pack and wasm-bindgen, in the pinned versions: from PATH, else built from source by cargo into the cache.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.mjs";
import { nativeRust } from "./native-rust.mjs";
import { run, tail } from "./processes.mjs";
import { Stop, say, step } from "./say.mjs";

/**
 * @param {string} crate the package that holds the program
 * @param {string} program
 * @param {string} version
 * @returns {Promise<string>} a folder for PATH that holds the program, or "" where PATH has it already
 */
export async function cargoTool(crate, program, version) {
  const onPath = await run(program, ["--version"]);
  if (onPath.code === 0 && onPath.stdout.trim().split(" ").at(-1) === version) return "";
  const folder = await cached(`${crate}-${version}`, (folder) =>
    step(`building ${crate} ${version} from source (a few minutes, once)`, () => install(crate, version, folder)),
  );
  return join(folder, "bin");
}

async function install(crate, version, folder) {
  const rust = await nativeRust();
  const target = join(folder, "target");
  // These tools run for a second a build: a quick build of them is worth more than a quick run.
  const env = {
    ...rust,
    CARGO_TARGET_DIR: target,
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
    CARGO_PROFILE_RELEASE_LTO: "off",
  };
  const args = ["install", "--root", folder, `${crate}@${version}`];
  const locked = await run("cargo", [...args, "--locked"], { env });
  // A registry mirror may lack a dependency of the very version that the crate was locked to.
  const unmet = locked.code !== 0 && /failed to select a version/.test(locked.output);
  if (unmet) say("  the registry lacks a version that its lock file names: taking the nearest that it has");
  const result = unmet ? await run("cargo", args, { env }) : locked;
  if (result.code !== 0) {
    const todo = `check that this machine reaches the Rust crate registry (\`cargo search ${crate}\`), then run this again`;
    throw new Stop(`building ${crate} failed (exit code ${result.code})`, todo, tail(result.output));
  }
  rmSync(target, { recursive: true, force: true });
}
