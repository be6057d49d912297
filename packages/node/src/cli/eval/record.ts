// One line of a corpus: its label, its group, and the event in it.

import type { Buffer } from "node:buffer";
import { memberBytes } from "./member.js";

export interface CorpusRecord {
  /** Absent where the line has none, or another than `"allow"` and `"block"`. */
  readonly label?: "allow" | "block";
  /** `category`, or else `source`, or else `"all"`. */
  readonly group: string;
  /** What is to be judged. */
  readonly event: string | Uint8Array;
}

type Fields = Partial<Readonly<Record<"label" | "category" | "source" | "event", unknown>>>;

/**
 * Reads `{"label": …, "event": X, …}`. X is a line of a collector, as an object (which has an `event` of its own) or as
 * a text; or it is the innermost `{"ToolExec": …}`, and then the corpus line itself is the collector's line.
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
