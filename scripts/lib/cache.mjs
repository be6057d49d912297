// The cache of built tools: a part is built in a temporary folder and renamed into place, whole or not at all.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cache } from "./places.mjs";

/**
 * The folder of one part, built on first use. `name` says what is in it, versions included: a part never changes.
 * Two processes that build the same part at once both succeed, and the first to finish is kept.
 * @param {string} name
 * @param {(folder: string) => Promise<void>} build fills the folder; it must work wherever it is moved to
 * @returns {Promise<string>}
 */
export async function cached(name, build) {
  const place = join(cache, name);
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  const folder = mkdtempSync(join(cache, `tmp-${process.pid}-`));
  try {
    await build(folder);
    renameSync(folder, place);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

/** Removes temporary folders whose process is gone. */
function removeLeftovers() {
  for (const name of readdirSync(cache)) {
    const pid = /^tmp-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !alive(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Whether a process of this id runs on this machine, be it another user's. */
export function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
