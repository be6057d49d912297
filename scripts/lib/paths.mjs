// The folders of the work tree.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the work tree. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** State of this work tree: when npm packages were installed, logs, the demo's output. Safe to delete. */
export const scratch = join(root, ".run");

/** The Cargo workspace. */
export const coreRs = join(root, "core-rs");

/** The folder that the wasm build fills. */
export const wasmFolder = join(root, "packages", "core", "wasm");
