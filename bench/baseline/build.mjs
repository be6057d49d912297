// Builds the native judge that the benchmark compares with, from the Rust sources beside this file.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** @returns {string} the program */
export function buildBaseline() {
  const { status } = spawnSync("cargo", ["build", "--release", "--locked"], { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("`cargo build` of the native judge failed: its message is above");
  return join(folder, "target", "release", process.platform === "win32" ? "baseline.exe" : "baseline");
}
