// Where things lie: the work tree, its scratch folder, and the user's cache of built tools.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The root of the work tree. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Scratch of this work tree: stamps, logs, what the demo writes. Safe to delete. */
export const scratch = join(root, ".run");

/** The Cargo workspace, and the folder that its wasm build fills. */
export const crate = join(root, "core-rs");
export const wasmFolder = join(root, "packages", "core", "wasm");

/** Tools built for this project, shared by all work trees of a user. Safe to delete. */
export const cache =
  process.env.A3S_SENTRY_BUILD_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "a3s-sentry");
