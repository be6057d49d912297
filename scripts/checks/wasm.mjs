// The checks of the wasm module that ships: its size, and that it tells nothing of the machine that built it.
import { readFileSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { cache, root, wasmFolder } from "../lib/places.mjs";
import { findings } from "./result.mjs";

const budget = 1_000_000;
const module = join(wasmFolder, "sentry_core_bg.wasm");

async function size() {
  const told = `${statSync(module).size} of at most ${budget} bytes`;
  return { ...findings(statSync(module).size < budget ? [] : [`the wasm module has ${told}`]), note: told };
}

/** Names of source files are in it, of crates and of the standard library: without the folders that held them here. */
async function places() {
  const files = readFileSync(module, "latin1").match(/[\w\-./+]+\.rs\b/g) ?? [];
  const strange = [root, homedir(), tmpdir(), cache, "registry/src"];
  const told = files.filter((file) => strange.some((place) => file.includes(`${place}/`)));
  return findings([...new Set(told)].map((file) => `the wasm module names \`${file}\``));
}

/** @type {import("./result.mjs").Check[]} */
export const wasmChecks = [
  { name: "wasm size", run: size },
  { name: "no places in the wasm", run: places },
];
