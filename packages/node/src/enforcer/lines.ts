// Reads a file through an open descriptor, in bounded memory.

import { Buffer } from "node:buffer";
import { readSync } from "node:fs";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** The longest line that `readLines` reads, in bytes. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/**
 * Yields the file's bytes from the position `from` on. A chunk is valid until the next one. Ignores
 * the descriptor's position.
 */
export function* readBytes(fd: number, from = 0): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = from; ; ) {
    const length = readSync(fd, buffer, 0, buffer.length, at);
    if (length === 0) return;
    at += length;
    yield buffer.subarray(0, length);
  }
}

/**
 * Yields the file's lines from the position `from` on, each with its newline. The last one may have
 * none. Throws an `Error` at a line of more than 4 MiB.
 */
export function* readLines(fd: number, from = 0): Generator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for (const bytes of readBytes(fd, from)) {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...parts, bytes.subarray(start, end + 1)]);
      parts = [];
      length = 0;
      start = end + 1;
    }
    length += bytes.length - start;
    if (length > MAX_LINE_BYTES) throw new Error(`it has a line of more than ${MAX_LINE_BYTES} bytes`);
    if (start < bytes.length) parts.push(Buffer.from(bytes.subarray(start)));
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** Whether a line is read whole, up to its newline. */
export function isWhole(line: Uint8Array): boolean {
  return line.at(-1) === NEWLINE;
}
