// Splits a stream of bytes into lines, in batches.

import { Buffer } from "node:buffer";

const NEWLINE = 0x0a;
/**
 * Twice the largest event: a line also holds labels, and may hold its event as an escaped string.
 */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Yields the lines that end in each chunk, without their newlines; `null` for a line over 32 MiB.
 * They share the memory of the chunks.
 */
export async function* lineBatches(input: AsyncIterable<Buffer>): AsyncGenerator<(Buffer | null)[]> {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const take = (): Buffer | null => {
    const [only = Buffer.alloc(0)] = parts;
    const line = length > MAX_LINE_BYTES ? null : parts.length > 1 ? Buffer.concat(parts) : only;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of input) {
    const lines: (Buffer | null)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      lines.push(take());
      start = end + 1;
    }
    keep(chunk.subarray(start));
    yield lines;
  }
  if (length > 0) yield [take()];
}
