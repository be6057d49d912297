// A lock file, so that only one build at a time runs in a work tree.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { scratch } from "./paths.mjs";
import { log } from "./report.mjs";

const file = join(scratch, "build.lock");

/**
 * Waits for the lock, runs `work`, and releases the lock.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusive(work) {
  mkdirSync(scratch, { recursive: true });
  for (let waited = false; !acquire(); await wait(200)) {
    if (!waited) log("waiting for another build in this work tree");
    waited = true;
  }
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** Creates the file with this process's id, in one step; a lock whose process has ended is removed for the next try. */
function acquire() {
  const own = `${file}-${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  } finally {
    rmSync(own);
  }
  const holder = Number(read());
  if (holder > 0 && !isRunning(holder)) rmSync(file, { force: true });
  return false;
}

function read() {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function release() {
  rmSync(file, { force: true });
}

/** Whether a process of this id runs on this machine; it may be another user's. */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
