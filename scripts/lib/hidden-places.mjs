// Panic messages name source files: these flags give rustc the names without the places on this machine.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/**
 * For CARGO_ENCODED_RUSTFLAGS. The crates must have been fetched: the folder that holds them is named by the registry.
 * @param {string} place a folder with sources
 * @param {string} name what it is called instead
 */
export function hiddenPlaces(place, name) {
  const registry = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "registry", "src");
  const crates = existsSync(registry) ? readdirSync(registry).map((folder) => [join(registry, folder), "crates"]) : [];
  return [[place, name], ...crates].map(([from, to]) => `--remap-path-prefix=${from}=${to}`).join("\x1f");
}
