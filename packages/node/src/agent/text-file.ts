// Reads text files for the investigator, and explains why one cannot be read.

import { readBounded } from "../util/bounded-file.js";
import { errnoOf } from "../util/errno.js";

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to read it",
  ELOOP: "it is a link to itself",
  ENOENT: "it does not exist",
  ENOTDIR: "it is not a folder",
};

/** Reads a regular file of at most `maxBytes` bytes. {@link causeOf} explains what it throws. */
export function readText(path: string, maxBytes: number): string {
  return readBounded(path, maxBytes).toString("utf8");
}

/** Explains in a few words why a file or a folder could not be read. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  const code = errnoOf(error);
  return code === undefined ? error.message : (CAUSES[code] ?? code);
}
