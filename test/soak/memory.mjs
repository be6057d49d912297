// Memory of a process, and checks that it does not grow.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process holds may rise by so much after the warm-up. */
const HELD_LIMIT = 10 << 20;
/**
 * The memory of the machine that it takes swings by tens of megabytes: V8 and malloc keep what they had at the busiest moment, or
 * give it back. Only what neither of them knows of, and is leaked grossly, shows there alone.
 */
const RESIDENT_LIMIT = 100 << 20;

/** In bytes: what the threads of a process hold once garbage is collected, and all memory that it takes. @typedef {{ held: number, resident: number }} Memory */

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

/** @param {import("./process.mjs").SentryProcess} sentry @returns {Promise<Memory>} */
export async function memoryOf(sentry) {
  const held = await sentry.heldBytes();
  return { held, resident: sentry.residentBytes ?? Number.NaN };
}

/** @param {Memory} start @param {Memory} end @returns {string[]} */
export function growthProblems(start, end) {
  return [
    ...grown("what the threads hold", start.held, end.held, HELD_LIMIT),
    ...grown("resident memory", start.resident, end.resident, RESIDENT_LIMIT),
  ];
}

/** What could not be measured has grown as well. @param {string} what @param {number} start @param {number} end @param {number} limit @returns {string[]} */
function grown(what, start, end, limit) {
  return end - start <= limit ? [] : [`${what} grew from ${megabytes(start)} to ${megabytes(end)}`];
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
