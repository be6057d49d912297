// The error for a deny-file that cannot be written, in words for the operator.

import { messageOf } from "@a3s-sentry/core/host";
import { errnoOf } from "../util/errno.js";

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to write it",
  EBUSY: "it is mounted by itself, or replaced again and again: mount its folder",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it has reached the system's size limit",
  EISDIR: "it is a directory",
  EMLINK: "it has another name (a hard link), which could change it unseen: remove that, or write a new file",
  ELOOP: "it is a symbolic link, which is not followed: name the file itself",
  ENOENT: "its folder does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of its path is not a directory",
  EPERM: "no permission to write it",
  EROFS: "the file system is read-only",
  ENOTREG: "it is not a regular file",
};

/**
 * A target that could not be added to a deny-file. It is not denied; its next block tries again.
 *
 * `code` is the system's (`"ENOSPC"`, `"EACCES"`, …), `"ENOTREG"` for a file that is not regular,
 * `"FULL"` for a file with as many lines as it may have, or `"UNKNOWN"`.
 */
export class EnforceError extends Error {
  override readonly name = "EnforceError";
  readonly file: string;
  readonly target: string;
  readonly code: string;

  constructor(file: string, target: string, cause: unknown) {
    const code = cause instanceof FullError ? "FULL" : (errnoOf(cause) ?? "UNKNOWN");
    super(`cannot add to deny-file \`${file}\`: ${denyFileCause(cause)}`, { cause });
    this.file = file;
    this.target = target;
    this.code = code;
  }
}

/** Says what is wrong with a deny-file. */
export function denyFileCause(error: unknown): string {
  return CAUSES[errnoOf(error) ?? ""] ?? messageOf(error);
}

/** The deny-file has as many lines as it may have. */
export class FullError extends Error {
  constructor(maxLines: number) {
    const lines = maxLines.toLocaleString("en-US");
    super(`it has ${lines} lines, its limit: remove lines that are no longer needed, or set \`deny.max_lines\``);
  }
}

/** Makes an error with the `code` of a system error. */
export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
