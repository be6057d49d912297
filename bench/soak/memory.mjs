// How much memory a process takes, and whether that grows.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

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
 * From what to what memory went: the median of the first third of the samples, and that of the last. A garbage collector
 * makes single samples differ by tens of megabytes, but not the middle of many.
 * @param {readonly number[]} samples taken at even distances, after the warm-up
 */
export function growth(samples) {
  const third = Math.floor(samples.length / 3);
  return { start: median(samples.slice(0, third)), end: median(samples.slice(-third)) };
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
