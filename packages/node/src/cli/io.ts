// The streams and the environment of a command, its errors and its exit codes.

import type { Readable, Writable } from "node:stream";
import pc from "picocolors";

export { errorText } from "../util/error-text.js";

export type Colors = ReturnType<typeof pc.createColors>;

export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean; readonly fd?: number };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * 0: success. 1: `check`, `fmt --check` or the like found something. 2: wrong usage, or the command could not run. With
 * `explain --exit-code`, 3: the rules block, 4: they escalate.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** A mistake of the user, or a fault of the machine. It is printed as one line, without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
}

/**
 * Colors for a stream: used on a terminal unless `NO_COLOR` is set, and anywhere with
 * `FORCE_COLOR`.
 */
export function colorsFor(stream: { readonly isTTY?: boolean }, env: Io["env"]): Colors {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = env;
  const terminal = stream.isTTY === true && term !== "dumb";
  return pc.createColors(!no && (force ? force !== "0" : terminal));
}
