// One deny-file: one line per target, each once, appended for guards that re-read the file.
//
// The file is authoritative. What this process remembers of it (where its lines are, how it ends)
// is valid only while the file has the same identity, size and times as after the last write;
// otherwise it is read again. So an operator may edit, truncate, rename or delete it at any time.
//
// No lock: whoever replaces the file first lets the old one keep a name, and adds what was appended
// to it meanwhile. Whoever appends checks afterwards that the file is still in its place. One of the
// two sees the other.

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
import { FullError, systemError } from "./enforce-error.js";
import { LineIndex } from "./line-index.js";
import { isSameFile, lateLines, replacedFiles, statIfThere } from "./replaced-file.js";

/** How often a line is added if the file is replaced each time. */
const MAX_ATTEMPTS = 10;

/**
 * Opening never blocks on a FIFO. Symbolic links are not followed: a user who can write to the
 * folder could point one at any file, which would then get lines of an attacker's choice.
 */
export const OPEN_FLAGS =
  constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Throws the system's error if a line could not be added to the file now. Writes and creates
 * nothing.
 */
export function checkDenyFile(path: string): void {
  try {
    const fd = openSync(path, OPEN_FLAGS);
    try {
      statDenyFile(fd, path);
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
  readonly #index = new LineIndex();
  /** The file after the last write; `undefined` while nothing is known of it. */
  #lastStats: BigIntStats | undefined;
  #endsInNewline = true;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Adds `line` unless the file contains it; returns whether it did. Throws the system's error, or a `FullError` if the
   * file has `maxLines` lines or more; the file then contains no part of the line. After a system
   * error, the next call reads the file again.
   */
  add(line: string, maxLines: number): boolean {
    try {
      return this.#add(Buffer.from(line), maxLines);
    } catch (cause) {
      if (!(cause instanceof FullError)) this.#lastStats = undefined;
      throw cause;
    }
  }

  /** Adds what was appended to the old file of a rewrite, if there is one. */
  addLateLines(): void {
    const fd = openSync(this.#path, OPEN_FLAGS);
    try {
      this.#read(fd, statDenyFile(fd, this.#path));
    } finally {
      closeSync(fd);
    }
  }

  #add(line: Buffer, maxLines: number): boolean {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const result = this.#addToOpened(line, maxLines);
      if (result !== "replaced") return result === "added" || attempt > 0;
      this.#lastStats = undefined;
    }
    throw systemError("EBUSY", "it is replaced again and again");
  }

  /** `"replaced"` if the file is not in its place any more, so that the line may be missing there. */
  #addToOpened(line: Buffer, maxLines: number): "present" | "added" | "replaced" {
    const fd = openSync(this.#path, OPEN_FLAGS | constants.O_CREAT, 0o644);
    try {
      const stats = statDenyFile(fd, this.#path);
      if (this.#lastStats === undefined || !isUnchanged(this.#lastStats, stats)) this.#read(fd, stats);
      if (this.#index.has(fd, line)) return "present";
      if (this.#lastStats === undefined) return "replaced";
      if (this.#index.lines >= maxLines) throw new FullError(maxLines);
      this.#append(fd, line, this.#lastStats);
      const inPlace = statIfThere(this.#path);
      return inPlace !== undefined && isSameFile(inPlace, stats) ? "added" : "replaced";
    } finally {
      closeSync(fd);
    }
  }

  /** Reads the file, and adds what came too late for it. */
  #read(fd: number, stats: BigIntStats): void {
    this.#endsInNewline = this.#index.read(fd);
    this.#lastStats = stats;
    for (const line of lateLines(this.#path, stats)) {
      if (!this.#index.has(fd, line)) this.#append(fd, line, this.#lastStats ?? fstatSync(fd, { bigint: true }));
    }
  }

  /** Appends in one `O_APPEND` write, so that lines of several processes never mix. */
  #append(fd: number, line: Buffer, before: BigIntStats): void {
    const bytes = Buffer.concat([Buffer.from(this.#endsInNewline ? "" : "\n"), line, Buffer.from("\n")]);
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
    this.#index.add(line, Number(after.size) - line.length - 1);
    // If another process wrote too, nothing is known of the file.
    this.#lastStats = isOnlyWriter && this.#lastStats !== undefined ? after : undefined;
  }
}

/** The stats of an open deny-file. Throws if it is not a regular file with one name. */
export function statDenyFile(fd: number, path: string): BigIntStats {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile()) throw systemError("ENOTREG", "not a regular file");
  // A user who can write to a folder of the file system could have made the other name, unless it is
  // that of a rewrite, which may end at any moment.
  if (stats.nlink > 1n && !isBeingReplaced(path, stats) && fstatSync(fd).nlink > 1) {
    throw systemError("EMLINK", "more than one name");
  }
  return stats;
}

function isBeingReplaced(path: string, stats: BigIntStats): boolean {
  return stats.nlink === 2n && replacedFiles(path, stats).some((other) => isSameFile(other.stats, stats));
}

function isUnchanged(a: BigIntStats, b: BigIntStats): boolean {
  // A program can set the modification time of a file that it has edited, but not the change time.
  return isSameFile(a, b) && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}
