// A text file of an investigator's, and why there is none, in words.

import { readBounded } from "../util/bounded-file.js";

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to read it",
  ELOOP: "it is a link to itself",
  ENOENT: "it does not exist",
  ENOTDIR: "it is not a folder",
};

/** The text of a regular file of at most `maxBytes` bytes. Throws what {@link causeOf} has words for. */
export function readText(path: string, maxBytes: number): string {
  return readBounded(path, maxBytes).toString("utf8");
}

/** Why a file or a folder could not be read. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  const code: unknown = "code" in error ? error.code : undefined;
  return (typeof code === "string" ? (CAUSES[code] ?? code) : undefined) ?? error.message;
}
