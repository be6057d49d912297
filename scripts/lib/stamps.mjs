// Stamps: a step is skipped while the contents of its inputs are what they were when it last succeeded.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root, scratch } from "./places.mjs";

const folder = join(scratch, "stamps");
const skipped = new Set(["node_modules", "target", "dist", ".git"]);

/**
 * Runs `work` unless its inputs are unchanged and its outputs are all there.
 * @param {string} name
 * @param {{ inputs: string[], outputs: string[], also?: string[] }} what files and folders, and texts that count as input
 * @param {() => Promise<void>} work
 */
export async function unlessDone(name, what, work) {
  const stamp = join(folder, name);
  const before = fingerprint(what.inputs, what.also ?? []);
  const unchanged = existsSync(stamp) && readFileSync(stamp, "utf8") === before;
  if (unchanged && what.outputs.every((file) => existsSync(file))) return;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(folder, { recursive: true });
  writeFileSync(stamp, before);
}

/** One hash over the names and contents of files and of all files in folders. */
function fingerprint(paths, also = []) {
  const hash = createHash("sha256");
  for (const text of also) hash.update(`${text}\0`);
  for (const path of paths) {
    for (const file of filesIn(path)) {
      hash.update(`${relative(root, file)}\0`);
      hash.update(createHash("sha256").update(readFileSync(file)).digest());
    }
  }
  return hash.digest("hex");
}

/** @returns {string[]} `path` itself, or what lies in it, sorted; build output is left out */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => !skipped.has(name))
    .flatMap((name) => filesIn(join(path, name)));
}
