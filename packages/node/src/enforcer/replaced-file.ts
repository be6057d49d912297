// The old file of a deny-file that is being replaced.
//
// A rewrite keeps the old file under a second name while it puts the new one in its place: a process
// that opened the old file before may still append to it. The name says how many bytes the new file
// was made from, so whoever opens the new file can add what came later, also after a crash.

import type { Buffer } from "node:buffer";
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../util/errno.js";
import { isWhole, readLines } from "./lines.js";

const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const BYTES = /^\d{1,15}$/;

/** The old file of a rewrite. */
export interface ReplacedFile {
  readonly path: string;
  readonly stats: BigIntStats;
  /** The bytes at its start that the new file was made from. They end with a line. */
  readonly bytes: number;
}

/** The second name of a deny-file while it is replaced. */
export function replacedPath(path: string, bytes: number): string {
  return `${path}.replaced-${bytes}`;
}

/**
 * The old files beside a deny-file that belong to the same user as `stats`, those of the deny-file.
 * Files of other users are ignored: in a folder such as `/tmp` anyone can make one.
 */
export function replacedFiles(path: string, { uid }: Pick<BigIntStats, "uid">): ReplacedFile[] {
  const folder = dirname(path);
  const prefix = `${basename(path)}.replaced-`;
  const found: ReplacedFile[] = [];
  for (const name of namesIn(folder)) {
    const digits = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (!BYTES.test(digits)) continue;
    const stats = statIfThere(join(folder, name));
    if (stats?.isFile() && stats.uid === uid) found.push({ path: join(folder, name), stats, bytes: Number(digits) });
  }
  return found;
}

/** The lines that were added to old files after the new file, with `stats`, was made from them. */
export function* lateLines(path: string, stats: BigIntStats): Generator<Buffer> {
  for (const replaced of replacedFiles(path, stats)) {
    if (isSameFile(replaced.stats, stats)) continue;
    const fd = openIfThere(replaced.path);
    if (fd === undefined) continue;
    try {
      const opened = fstatSync(fd, { bigint: true });
      // With another name, or another file by now, its lines may be somebody else's.
      if (!isSameFile(opened, replaced.stats) || opened.nlink !== 1n) continue;
      // A line without an end is being written: its process will add it to the new file.
      for (const line of readLines(fd, replaced.bytes))
        if (isWhole(line) && line.length > 1) yield line.subarray(0, -1);
    } finally {
      closeSync(fd);
    }
  }
}

export function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** No names if this user may not list the folder: then it replaces no file there either. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "EACCES") return [];
    throw error;
  }
}

/** The stats of a path, links not followed; `undefined` if nothing is there. */
export function statIfThere(path: string): BigIntStats | undefined {
  return ifThere(() => lstatSync(path, { bigint: true }));
}

function openIfThere(path: string): number | undefined {
  return ifThere(() => openSync(path, READ_FLAGS));
}

function ifThere<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
