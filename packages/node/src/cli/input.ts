// Checks standard input, and reads a small one as a whole.

import { Buffer } from "node:buffer";
import { type BigIntStats, fstatSync } from "node:fs";
import type { Readable } from "node:stream";
import { FileInput } from "../daemon/input/file-input.js";
import { CliError, errorText, type Io } from "./io.js";

/** The largest event that the core accepts. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Throws a `CliError` for a directory, which Node.js treats as empty input. */
export function refuseDirectory({ stdin: { fd } }: Io): void {
  if (fd !== undefined && statOf(fd).isDirectory()) {
    throw new CliError("cannot read stdin: it is a directory");
  }
}

/** Returns the input of `run`: a regular file is read directly, anything else as a stream. */
export function runInput({ stdin }: Io): Io["stdin"] | FileInput {
  return stdin.fd !== undefined && statOf(stdin.fd).isFile() ? new FileInput(stdin.fd) : stdin;
}

/**
 * With `bigint`: otherwise Node.js 20 leaves the numbers where its `realpathSync` reads them, and
 * after a pipe has been examined, imports through symbolic links fail.
 */
function statOf(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}

/** Reads all bytes of an input. Rejects with a `CliError`. */
export async function readAll(input: Readable, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of input) {
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > MAX_BYTES) throw new CliError(`${name} has more than ${MAX_BYTES} bytes`);
      parts.push(bytes);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot read ${name}: ${errorText(error)}`, { cause: error });
  }
  return Buffer.concat(parts);
}
