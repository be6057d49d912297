// One deny-file: one line per target, each once, appended for guards that re-read the file.
//
// The file is authoritative. What this process remembers of it (its targets, how it ends) is valid
// only while the file has the same identity, size and modification time as after the last write;
// otherwise it is read again. So an operator may edit, truncate, rename or delete it at any time,
// and memory does not grow with it.

import { Buffer } from "node:buffer";
import {
  accessSync,
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../util/errno.js";
import { LineBloomFilter } from "./bloom-filter.js";
import { systemError } from "./enforce-error.js";
import { containsLine, readBytes } from "./lines.js";
import { LruSet } from "./lru-set.js";

/**
 * UTF-16 code units of recent targets. A block of any other known target costs a search of the
 * file.
 */
const RECENT_BUDGET = 8 * 1024 * 1024;

/**
 * Opening never blocks on a FIFO. Symbolic links are not followed: a user who can write to the
 * folder could point one at any file, which would then get lines of an attacker's choice.
 */
const OPEN_FLAGS =
  constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Throws the system's error if a line could not be added to the file now. Writes and creates
 * nothing.
 */
export function checkDenyFile(path: string): void {
  try {
    const fd = openSync(path, OPEN_FLAGS);
    try {
      statRegular(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") throw cause;
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  }
}

export class DenyFile {
  readonly #path: string;
  readonly #filter = new LineBloomFilter();
  readonly #recent = new LruSet(RECENT_BUDGET);
  /** The file after the last write; `undefined` while nothing is known of it. */
  #lastStats: BigIntStats | undefined;
  #endsInNewline = true;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Adds `line` unless the file contains it. Throws the system's error; the file then contains no
   * part of the line, and is read again by the next call.
   */
  add(line: string): void {
    try {
      this.#add(line);
    } catch (cause) {
      this.#lastStats = undefined;
      throw cause;
    }
  }

  #add(line: string): void {
    const fd = openSync(this.#path, OPEN_FLAGS | constants.O_CREAT, 0o644);
    try {
      const stats = statRegular(fd);
      if (this.#lastStats === undefined || !isSame(this.#lastStats, stats)) this.#read(fd);
      this.#lastStats = stats;
      if (!this.#contains(fd, line)) this.#append(fd, line, stats);
    } finally {
      closeSync(fd);
    }
  }

  #read(fd: number): void {
    this.#filter.clear();
    this.#recent.clear();
    this.#endsInNewline = true;
    for (const bytes of readBytes(fd)) {
      this.#filter.add(bytes);
      this.#endsInNewline = bytes.at(-1) === 0x0a;
    }
    if (!this.#endsInNewline) this.#filter.endLine();
  }

  #contains(fd: number, line: string): boolean {
    if (this.#recent.has(line)) return true;
    const bytes = Buffer.from(line);
    if (!this.#filter.mayHave(bytes) || !containsLine(fd, bytes)) return false;
    this.#recent.add(line);
    return true;
  }

  /** Appends in one `O_APPEND` write, so that lines of several processes never mix. */
  #append(fd: number, line: string, before: BigIntStats): void {
    const bytes = Buffer.from(`${this.#endsInNewline ? "" : "\n"}${line}\n`);
    const written = writeSync(fd, bytes);
    const after = fstatSync(fd, { bigint: true });
    const isOnlyWriter = after.size === before.size + BigInt(written);
    if (written < bytes.length) {
      // Part of a path is another path, so remove it, unless another process has appended
      // meanwhile.
      if (isOnlyWriter) ftruncateSync(fd, Number(before.size));
      throw systemError("ENOSPC", "only part of the line could be written");
    }
    this.#endsInNewline = true;
    this.#filter.add(Buffer.from(`${line}\n`));
    this.#recent.add(line);
    this.#lastStats = isOnlyWriter ? after : undefined;
  }
}

function statRegular(fd: number): BigIntStats {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile()) throw systemError("ENOTREG", "not a regular file");
  return stats;
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}
