// Splits a stream of bytes into lines of bounded length.

import { Buffer } from "node:buffer";

const NEWLINE = 10;

/** A line without its newline, or the place of one that was too long, or that has no newline. */
export type Line = Uint8Array | "too-long" | "unfinished";

/** The lines of a stream, without empty ones. Of a line over `maxBytes`, nothing is kept. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let fits = true;
  const add = (part: Uint8Array): void => {
    length += part.length;
    fits &&= length <= maxBytes;
    if (!fits) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, at));
      start = at + 1;
      if (!fits) yield "too-long";
      else if (length > 0) yield Buffer.concat(parts, length);
      [parts, length, fits] = [[], 0, true];
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield fits ? "unfinished" : "too-long";
}
