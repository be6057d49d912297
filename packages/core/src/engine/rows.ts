// The table of lines that need attention, which a chunk of a stream leaves in wasm memory.

import { ROW_FIELDS } from "../generated/boundary.js";
import type { Handle, Memory } from "./module.js";

/** What an audit line shows of an event. */
export interface AuditSummary {
  /** Members of a JSON object: `"agent":…,"event":…,"subject":…`. */
  readonly head: string;
  /** The event's target as JSON text; empty if it has none. */
  readonly target: string;
  /**
   * Members of a JSON object: `"id":…,"pid":…,"session":…,"task":…`, those that the line has. Of a
   * line that is not an event, `"id"`, `"session"` and `"task"` at most.
   */
  readonly tail: string;
}

/**
 * One line that needs attention: its index in the table, its address and length in memory, and its
 * code.
 */
export interface Row extends AuditSummary {
  readonly index: number;
  readonly address: number;
  readonly length: number;
  readonly code: number;
  /** The number of the line in the engine's stream, from 1. */
  readonly line: number;
  /**
   * The `SaeDecision` of an `LlmActivations` event, as JSON; empty for other kinds, and without a
   * dictionary.
   */
  readonly score: string;
}

/** Reads `count` rows. `hasSae` is `true` if the handle has a dictionary of features. */
export function readRows(memory: Memory, handle: Handle, count: number, hasSae: boolean): Row[] {
  if (count === 0) return [];
  const lines = handle.rowAuditSummaries().split("\n");
  const perRow = hasSae ? 4 : 3;
  const table = new Uint32Array(memory.buffer, handle.rows(), count * ROW_FIELDS);
  const rows: Row[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * ROW_FIELDS;
    rows.push({
      index,
      address: table[at] ?? 0,
      length: table[at + 1] ?? 0,
      code: table[at + 2] ?? 0,
      line: table[at + 3] ?? 0,
      head: lines[perRow * index] ?? "",
      target: lines[perRow * index + 1] ?? "",
      tail: lines[perRow * index + 2] ?? "",
      score: hasSae ? (lines[perRow * index + 3] ?? "") : "",
    });
  }
  return rows;
}

/** Reads the codes of `count` rows. */
export function readCodes(memory: Memory, handle: Handle, count: number): number[] {
  if (count === 0) return [];
  const table = new Uint32Array(memory.buffer, handle.rows(), count * ROW_FIELDS);
  return Array.from({ length: count }, (_, index) => table[index * ROW_FIELDS + 2] ?? 0);
}

/** Reads the codes of `count` rows: of each that by the engine's own policy, then that by the older one. */
export function readCodePairs(memory: Memory, handle: Handle, count: number): Uint32Array {
  const pairs = new Uint32Array(2 * count);
  if (count === 0) return pairs;
  const table = new Uint32Array(memory.buffer, handle.rows(), count * ROW_FIELDS);
  const others = new Uint32Array(memory.buffer, handle.others(), count);
  for (let index = 0; index < count; index++) {
    pairs[2 * index] = table[index * ROW_FIELDS + 2] ?? 0;
    pairs[2 * index + 1] = others[index] ?? 0;
  }
  return pairs;
}

/** Reads the audit summary of one event from its three lines. */
export function readAuditSummary(lines: string): AuditSummary {
  const [head = "", target = "", tail = ""] = lines.split("\n");
  return { head, target, tail };
}
