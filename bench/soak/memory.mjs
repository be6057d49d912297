// How much memory a process takes, and whether that grows.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Long enough for the garbage collector to notice that there is nothing to do. */
const REST_MS = 15_000;
const LOOK_MS = 250;
/** Memory at rest may rise by so much after the warm-up. */
const LIMIT = 10 << 20;
/** A run of less has hardly warmed up: only a gross leak shows. */
const MANY_EVENTS = 2_000_000;
const GROSS_LIMIT = 100 << 20;

/** The resident memory of a process in bytes; nothing once it has ended. @param {number} pid */
export function residentBytes(pid) {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    const kilobytes = Number.parseInt(
      spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).stdout,
      10,
    );
    return Number.isNaN(kilobytes) ? undefined : kilobytes * 1024;
  }
}

/**
 * The least that a process takes while it has nothing to do, in bytes. At work it takes more the faster it is, and up to tens of
 * megabytes of garbage that nobody has collected yet; neither says whether it grows.
 * @param {import("./process.mjs").SentryProcess} sentry @param {number} workedMs before, which a short run makes the rest short
 */
export async function memoryAtRest(sentry, workedMs) {
  let least = Number.POSITIVE_INFINITY;
  for (let left = Math.min(REST_MS, workedMs / 10); left > 0; left -= LOOK_MS) {
    await pause(LOOK_MS);
    least = Math.min(least, sentry.residentBytes ?? Number.POSITIVE_INFINITY);
  }
  return least;
}

/** @param {number} start @param {number} end @param {number} events that were judged @returns {string[]} */
export function growthProblems(start, end, events) {
  const limit = events < MANY_EVENTS ? GROSS_LIMIT : LIMIT;
  return end - start > limit ? [`memory grew from ${megabytes(start)} to ${megabytes(end)}`] : [];
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
