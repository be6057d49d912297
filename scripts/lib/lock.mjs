// One build at a time in a work tree: a second one waits for the first.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { alive } from "./cache.mjs";
import { scratch } from "./places.mjs";
import { say } from "./say.mjs";

const file = join(scratch, "build.lock");

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(work) {
  mkdirSync(scratch, { recursive: true });
  for (let told = false; !take(); await wait(200)) {
    if (!told) say("waiting for another build in this work tree to finish");
    told = true;
  }
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function take() {
  const mine = `${file}-${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  } finally {
    rmSync(mine);
  }
  const holder = Number(read());
  // The lock of a build that was killed.
  if (holder > 0 && !alive(holder)) rmSync(file, { force: true });
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
