// What a command reads from and writes to, so that tests can stand in for a terminal.

import type { Readable, Writable } from "node:stream";
import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean; readonly fd?: number };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a command ended: 0 fine, 1 findings, 2 usage, or it could not run. */
export type ExitCode = 0 | 1 | 2;

/** A mistake of the user or of their machine: told in one line, without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
}

/** Colours for a stream: on a terminal, unless `NO_COLOR` is set; anywhere with `FORCE_COLOR`. */
export function colorsFor(stream: { readonly isTTY?: boolean }, env: Io["env"]): Colors {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = env;
  const terminal = stream.isTTY === true && term !== "dumb";
  return pc.createColors(!no && (force ? force !== "0" : terminal));
}

/** What a system error says, in words. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = "code" in error ? error.code : undefined;
  return (typeof code === "string" ? CAUSES[code] : undefined) ?? error.message;
}

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EADDRINUSE: "the address is taken",
  EADDRNOTAVAIL: "this machine has no such address",
  EISDIR: "it is a directory",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is not a directory",
  EROFS: "the file system is read-only",
};
