// One deny-file: a line a target, each once, appended for guards that re-read the file.
//
// The file is the truth. What is remembered of it (which targets it holds, how it ends) counts only as long as the
// file is the one, and as long and as old, as it was left; otherwise it is read again. So an operator may edit,
// truncate, rename or delete it at any time, and memory does not grow with it.

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
import { LineFilter } from "./bloom-filter.js";
import { codeOf, systemError } from "./enforce-error.js";
import { holdsLine, readBytes } from "./lines.js";
import { Recent } from "./lru-set.js";

/** UTF-16 units. A block of a target that is older than these costs a search of the file. */
const RECENT_BUDGET = 8 * 1024 * 1024;

/**
 * Opening never blocks on a FIFO. A symbolic link is not followed: whoever may write in the folder could make it
 * lead to any file, which would then get lines of an attacker's choice.
 */
const OPEN_FLAGS =
  constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Throws what the system says if a line could not be added to the file now. Writes and makes nothing. */
export function checkDenyFile(path: string): void {
  try {
    const fd = openSync(path, OPEN_FLAGS);
    try {
      statRegular(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw cause;
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  }
}

export class DenyFile {
  readonly #path: string;
  readonly #filter = new LineFilter();
  readonly #recent = new Recent(RECENT_BUDGET);
  /** The file as it was left, while what is remembered of it holds. */
  #left: BigIntStats | undefined;
  #endsInNewline = true;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes the file hold `line`. Throws what the system says; the file has then no part of the line, and nothing is
   * remembered of it.
   */
  add(line: string): void {
    try {
      this.#add(line);
    } catch (cause) {
      this.#left = undefined;
      throw cause;
    }
  }

  #add(line: string): void {
    const fd = openSync(this.#path, OPEN_FLAGS | constants.O_CREAT, 0o644);
    try {
      const now = statRegular(fd);
      if (this.#left === undefined || !isSame(this.#left, now)) this.#read(fd);
      this.#left = now;
      if (!this.#holds(fd, line)) this.#append(fd, line, now);
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

  #holds(fd: number, line: string): boolean {
    if (this.#recent.has(line)) return true;
    const bytes = Buffer.from(line);
    if (!this.#filter.mayHave(bytes) || !holdsLine(fd, bytes)) return false;
    this.#recent.add(line);
    return true;
  }

  /** One `O_APPEND` write, so that lines of several processes never mix. */
  #append(fd: number, line: string, before: BigIntStats): void {
    const bytes = Buffer.from(`${this.#endsInNewline ? "" : "\n"}${line}\n`);
    const written = writeSync(fd, bytes);
    const after = fstatSync(fd, { bigint: true });
    const alone = after.size === before.size + BigInt(written);
    if (written < bytes.length) {
      // A part of a path is another path. It goes, unless another process has written behind it meanwhile.
      if (alone) ftruncateSync(fd, Number(before.size));
      throw systemError("ENOSPC", "only a part of the line could be written");
    }
    this.#endsInNewline = true;
    this.#filter.add(Buffer.from(`${line}\n`));
    this.#recent.add(line);
    this.#left = alone ? after : undefined;
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
