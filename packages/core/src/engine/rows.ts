// The table of what needs attention that a chunk of a stream leaves behind.

import type { Handle, Memory } from "./module.js";

/** The most bytes of a stream that the engine takes at once. */
export const MAX_CHUNK_BYTES = 1024 * 1024;

/** A line with more bytes than this is skipped. */
export const MAX_LINE_BYTES = 256 * 1024;

const FIELDS = 3;

/** One line that needs attention: its number in the table, where it lies in memory, and its code. */
export interface Row {
  readonly index: number;
  readonly place: number;
  readonly length: number;
  readonly code: number;
}

export function readRows(memory: Memory, handle: Handle, count: number): Row[] {
  if (count === 0) return [];
  const table = new Uint32Array(memory.buffer, handle.rows(), count * FIELDS);
  return Array.from({ length: count }, (_, index) => {
    const [place = 0, length = 0, code = 0] = table.subarray(index * FIELDS, (index + 1) * FIELDS);
    return { index, place, length, code };
  });
}
