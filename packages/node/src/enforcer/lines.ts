// Reads and searches a file through an open descriptor, in bounded memory.

import { Buffer } from "node:buffer";
import { readSync } from "node:fs";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

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

/** Whether one line of the file is exactly `line`. The last line needs no newline. */
export function containsLine(fd: number, line: Uint8Array): boolean {
  const wanted = Buffer.concat([Buffer.of(NEWLINE), line, Buffer.of(NEWLINE)]);
  const buffer = Buffer.allocUnsafe(wanted.length + CHUNK_BYTES);
  buffer[0] = NEWLINE;
  // `kept`: bytes at the buffer's start from the previous read, in which `wanted` may begin.
  for (let at = 0, kept = 1; ; ) {
    const length = readSync(fd, buffer, kept, CHUNK_BYTES, at);
    if (length === 0) buffer[kept] = NEWLINE;
    const end = kept + Math.max(length, 1);
    if (buffer.subarray(0, end).includes(wanted)) return true;
    if (length === 0) return false;
    at += length;
    kept = Math.min(end, wanted.length - 1);
    buffer.copyWithin(0, end - kept, end);
  }
}
