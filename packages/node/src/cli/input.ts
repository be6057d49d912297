// Standard input: what it may be, and reading it whole where it must be small enough to hold.

import { Buffer } from "node:buffer";
import { type BigIntStats, fstatSync } from "node:fs";
import type { Readable } from "node:stream";
import { FileInput } from "../daemon/input/file-input.js";
import { CliError, errorText, type Io } from "./io.js";

/** The largest event that the core judges. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Refuses a directory, which Node would take for an empty input. */
export function refuseDirectory({ stdin: { fd } }: Io): void {
  if (fd !== undefined && statOf(fd).isDirectory()) {
    throw new CliError("cannot read stdin: it is a directory");
  }
}

/** Standard input as a run reads it. */
export function runInput({ stdin }: Io): Io["stdin"] | FileInput {
  return stdin.fd !== undefined && statOf(stdin.fd).isFile() ? new FileInput(stdin.fd) : stdin;
}

/**
 * With `bigint`, since the other kind leaves its numbers where `realpathSync` of Node.js 20 looks at them: once a pipe has been
 * asked about, modules behind symbolic links are not found.
 */
function statOf(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}

/** All bytes of an input. */
export async function readAll(input: Readable, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of input) {
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > MAX_BYTES) throw new CliError(`${name} holds more than ${MAX_BYTES} bytes`);
      parts.push(bytes);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot read ${name}: ${errorText(error)}`, { cause: error });
  }
  return Buffer.concat(parts);
}
