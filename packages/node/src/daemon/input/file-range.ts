// A stretch of a file, and the lines that begin in it: each thread reads for itself what it judges.

import { readSync } from "node:fs";

/** Bytes `start` to `end` of an open file, wherever its lines begin and end. */
export interface Stretch {
  readonly fd: number;
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 10;

/**
 * Yields the lines that begin in a stretch, all of each of them, in pieces that are cut anywhere. A piece lies in `room` and
 * is valid until the next is asked for. Returns whether the file ended before the last line did. Throws what the system says.
 */
export function* linesOf({ fd, start, end }: Stretch, room: Uint8Array): Generator<Uint8Array, boolean> {
  // The byte before tells whether a line begins at the start.
  let at = Math.max(start - 1, 0);
  let isBefore = start > 0;
  for (;;) {
    const length = readSync(fd, room, 0, room.length, at);
    if (length === 0) return !isBefore;
    let piece = room.subarray(0, length);
    at += length;
    if (isBefore) {
      const newline = piece.indexOf(NEWLINE);
      if (newline === -1 && at < end) continue;
      if (newline === -1 || at - length + newline + 1 >= end) return false;
      piece = piece.subarray(newline + 1);
      isBefore = false;
    }
    const last = piece.indexOf(NEWLINE, Math.max(end - 1 - (at - piece.length), 0));
    if (last !== -1) {
      yield piece.subarray(0, last + 1);
      return false;
    }
    if (piece.length > 0) yield piece;
  }
}
