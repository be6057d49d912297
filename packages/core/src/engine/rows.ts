// The table of what needs attention that a chunk of a stream leaves behind.

import type { Handle, Memory } from "./module.js";

/** The most bytes of a stream that the engine takes at once. */
export const MAX_CHUNK_BYTES = 1024 * 1024;

/** A line with more bytes than this is skipped. */
export const MAX_LINE_BYTES = 256 * 1024;

const FIELDS = 3;

/** What an audit line says of an event. */
export interface AuditSummary {
  /** Members of a JSON object: `"agent":…,"event":…,"subject":…`. */
  readonly head: string;
  /** The event's target as a JSON text; empty where it has none. */
  readonly target: string;
}

/** One line that needs attention: its number in the table, where it lies in memory, and its code. */
export interface Row extends AuditSummary {
  readonly index: number;
  readonly place: number;
  readonly length: number;
  readonly code: number;
  /** The `SaeDecision` on an event of a model's activations, as JSON; empty for other kinds, and without a dictionary. */
  readonly score: string;
}

/** `hasSae` tells whether the handle has a dictionary of features. */
export function readRows(memory: Memory, handle: Handle, count: number, hasSae: boolean): Row[] {
  if (count === 0) return [];
  const briefs = handle.rowBriefs().split("\n");
  const lines = hasSae ? 3 : 2;
  const table = new Uint32Array(memory.buffer, handle.rows(), count * FIELDS);
  const rows: Row[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * FIELDS;
    rows.push({
      index,
      place: table[at] ?? 0,
      length: table[at + 1] ?? 0,
      code: table[at + 2] ?? 0,
      head: briefs[lines * index] ?? "",
      target: briefs[lines * index + 1] ?? "",
      score: hasSae ? (briefs[lines * index + 2] ?? "") : "",
    });
  }
  return rows;
}

/** The codes of the rows alone. */
export function readCodes(memory: Memory, handle: Handle, count: number): number[] {
  if (count === 0) return [];
  const table = new Uint32Array(memory.buffer, handle.rows(), count * FIELDS);
  return Array.from({ length: count }, (_, index) => table[index * FIELDS + 2] ?? 0);
}

/** The brief of one event, from its two lines. */
export function readAuditSummary(lines: string): AuditSummary {
  const [head = "", target = ""] = lines.split("\n");
  return { head, target };
}
