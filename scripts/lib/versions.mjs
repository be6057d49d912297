// The versions of the tools that the build brings along, each read from the one place that pins it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crate, root } from "./places.mjs";

/** Oldest Node.js and Rust that the project is built with. */
export const oldestNode = 20;
export const oldestRust = [1, 88];

export const wasmPack = "0.15.1";

/** The command-line tool must be of the very version of the crate that the build links. */
export const wasmBindgen = lockedCrate("wasm-bindgen");

export const pnpm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.replace("pnpm@", "");

function lockedCrate(name) {
  const lock = readFileSync(join(crate, "Cargo.lock"), "utf8");
  const found = new RegExp(`name = "${name}"\\nversion = "([^"]+)"`).exec(lock);
  if (found === null) throw new Error(`core-rs/Cargo.lock holds no ${name}`);
  return found[1];
}
