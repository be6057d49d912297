// Reading a file from its start through an open descriptor, in bounded memory.

import { Buffer } from "node:buffer";
import { readSync } from "node:fs";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** The file's bytes in pieces, each valid until the next is asked for. The descriptor's own position is not used. */
export function* readBytes(fd: number): Generator<Buffer> {
  const room = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const length = readSync(fd, room, 0, room.length, at);
    if (length === 0) return;
    at += length;
    yield room.subarray(0, length);
  }
}

/** Whether one line of the file is exactly `line`; the last one needs no newline. */
export function holdsLine(fd: number, line: Uint8Array): boolean {
  const wanted = Buffer.concat([Buffer.of(NEWLINE), line, Buffer.of(NEWLINE)]);
  const room = Buffer.allocUnsafe(wanted.length + CHUNK_BYTES);
  room[0] = NEWLINE;
  // `kept`: the bytes at the room's start that `wanted` could begin in, read before.
  for (let at = 0, kept = 1; ; ) {
    const length = readSync(fd, room, kept, CHUNK_BYTES, at);
    if (length === 0) room[kept] = NEWLINE;
    const end = kept + Math.max(length, 1);
    if (room.subarray(0, end).includes(wanted)) return true;
    if (length === 0) return false;
    at += length;
    kept = Math.min(end, wanted.length - 1);
    room.copyWithin(0, end - kept, end);
  }
}
