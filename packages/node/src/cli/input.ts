// A whole input that must be small enough to hold.

import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import { CliError, errorText } from "./io.js";

/** The largest event that the core judges. */
const MAX_BYTES = 16 * 1024 * 1024;

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
