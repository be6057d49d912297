// Reads a file through an open descriptor, in bounded memory.

import { Buffer } from "node:buffer";
import { readSync } from "node:fs";

const CHUNK_BYTES = 256 * 1024;

/**
 * Yields the file's bytes from its start. A chunk is valid until the next one. Ignores the
 * descriptor's position.
 */
export function* readBytes(fd: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const length = readSync(fd, buffer, 0, buffer.length, at);
    if (length === 0) return;
    at += length;
    yield buffer.subarray(0, length);
  }
}
