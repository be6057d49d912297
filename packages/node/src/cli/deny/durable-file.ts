// Writes files that survive a crash of the machine, with the owner and mode of another file.

import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../../util/errno.js";

const PERMISSIONS = 0o7777n;

/** The owner and mode of a new file. */
export type Like = Pick<BigIntStats, "uid" | "gid" | "mode">;

/** The file that is about to replace `path`. What a crash has left of it is written anew. */
export function nextPath(path: string): string {
  return `${path}.next`;
}

/**
 * Writes `parts` to the file that is about to replace `path`, and to the disk, with the owner and mode
 * of `like`. Throws the system's error; then nothing remains of it.
 */
export function writeNext(path: string, parts: Iterable<Uint8Array>, like?: Like): void {
  const next = nextPath(path);
  rmSync(next, { force: true });
  const fd = openSync(next, "wx", like === undefined ? 0o644 : 0o600);
  try {
    for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(fd, part, at);
    if (like !== undefined) takeOver(fd, like);
    fsyncSync(fd);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Puts the next file in the place of `path`, at once, and on the disk too. */
export function putNext(path: string): void {
  renameSync(nextPath(path), path);
  syncPath(dirname(path));
}

/** Writes what the system has of a file or a folder to the disk. */
export function syncPath(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The guards must be able to read the new file, and sentry to write it. */
function takeOver(fd: number, { uid, gid, mode }: Like): void {
  const own = fstatSync(fd, { bigint: true });
  try {
    if (own.uid !== uid || own.gid !== gid) fchownSync(fd, Number(uid), Number(gid));
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error;
    throw new Error(`it belongs to user ${uid} and group ${gid}: run the command as that user, or as root`, {
      cause: error,
    });
  }
  fchmodSync(fd, Number(mode & PERMISSIONS));
}
