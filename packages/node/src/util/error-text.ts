// System errors in words.

import { errnoOf } from "./errno.js";

/** Explains a system error in a few words. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return CAUSES[errnoOf(error) ?? ""] ?? error.message;
}

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EADDRINUSE: "the address is already in use",
  EADDRNOTAVAIL: "this machine does not have the address",
  EISDIR: "it is a directory",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of its path is not a directory",
  EPIPE: "its reader has gone",
  EROFS: "the file system is read-only",
};
