// Reads one line of a corpus: its label, its group and its event.

import type { Buffer } from "node:buffer";
import { memberBytes } from "./member.js";

export interface CorpusRecord {
  /** Absent if the line has no label, or another one. */
  readonly label?: "allow" | "block";
  /** The line's `category`, else its `source`, else `"all"`. */
  readonly group: string;
  /** The event to judge. */
  readonly event: string | Uint8Array;
}

type Fields = Partial<Readonly<Record<"label" | "category" | "source" | "event", unknown>>>;

/**
 * Reads `{"label": …, "event": X, …}`. X is a collector's line, as a string or as an object with
 * its own `event`; or X is the inner `{"ToolExec": …}`, and the corpus line itself is the
 * collector's line.
 */
export function corpusRecord(line: Buffer): CorpusRecord {
  const fields = parseObject(line);
  const { label, category, source, event } = fields;
  const group = name(category) ?? name(source) ?? "all";
  const inner = typeof event === "string" ? event : hasEvent(event) ? (memberBytes(line, "event") ?? line) : line;
  return { ...(label === "allow" || label === "block" ? { label } : {}), group, event: inner };
}

function parseObject(line: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function name(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function hasEvent(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "event");
}
