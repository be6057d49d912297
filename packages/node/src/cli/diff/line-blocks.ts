// Cuts a stream of bytes into blocks of whole lines.

import { MAX_LINE_BYTES } from "@a3s-sentry/core";

const NEWLINE = 0x0a;
/** What is kept of a longer line: enough for the judge to see that it is too long. */
const KEPT_BYTES = MAX_LINE_BYTES + 1;

/**
 * Yields blocks of whole lines, each a buffer of its own. The last line needs no newline. Memory is
 * bounded: of a line that is too long to be judged, the end is left out.
 */
export async function* lineBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array): void => {
    const kept = part.subarray(0, Math.max(0, KEPT_BYTES - length));
    if (kept.length > 0) parts.push(new Uint8Array(kept));
    length += kept.length;
  };
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      // Of the line that began before, only what is kept of it; the lines after it are whole.
      const first = chunk.indexOf(NEWLINE);
      keep(chunk.subarray(0, first));
      yield joined([...parts, chunk.subarray(first, end)]);
      parts = [];
      length = 0;
    }
    keep(chunk.subarray(end));
  }
  if (length > 0) yield joined(parts);
}

/** The bytes of all parts, in memory of their own. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
