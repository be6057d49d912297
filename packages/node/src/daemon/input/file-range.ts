// A range of a file, and the lines that begin in it: each thread reads what it judges by itself.

import { readSync } from "node:fs";

/** The bytes from `start` to `end` of an open file, which may lie anywhere in its lines. */
export interface FileRange {
  readonly kind: "range";
  readonly fd: number;
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 10;

/**
 * Yields the lines that begin in a range, each of them whole, in pieces that are cut anywhere. A
 * piece lies in `buffer` and is valid until the next one. Returns `"unfinished"` if the file ends
 * before the last line does. Throws the system's errors.
 */
export function* linesOf(
  { fd, start, end }: FileRange,
  buffer: Uint8Array,
): Generator<Uint8Array, "finished" | "unfinished"> {
  // The byte before the start shows whether a line begins there.
  let at = Math.max(start - 1, 0);
  let beforeFirstLine = start > 0;
  for (;;) {
    const length = readSync(fd, buffer, 0, buffer.length, at);
    if (length === 0) return beforeFirstLine ? "finished" : "unfinished";
    let piece = buffer.subarray(0, length);
    at += length;
    if (beforeFirstLine) {
      const newline = piece.indexOf(NEWLINE);
      if (newline === -1 && at < end) continue;
      if (newline === -1 || at - length + newline + 1 >= end) return "finished";
      piece = piece.subarray(newline + 1);
      beforeFirstLine = false;
    }
    const last = piece.indexOf(NEWLINE, Math.max(end - 1 - (at - piece.length), 0));
    if (last !== -1) {
      yield piece.subarray(0, last + 1);
      return "finished";
    }
    if (piece.length > 0) yield piece;
  }
}
