// A scan for secrets: a text in, the places of what was found out.

import { utf8Length } from "../util/text.js";
import type { CompiledPolicy } from "./compile.js";
import type { Memory } from "./module.js";

/** Which part of a text is scanned. */
export interface ScanPart {
  /** Nothing before this UTF-16 unit is found: it is there for what must stand before a secret. */
  readonly from: number;
  /** Whether no text follows. */
  readonly isLast: boolean;
  /** Whether text that looks like a placeholder is found too. */
  readonly placeholders: boolean;
}

/** A secret in a text, in UTF-16 units. */
export interface Find {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

export interface Scan {
  /** In order, none overlapping. */
  readonly finds: readonly Find[];
  /** What is before this unit holds whatever follows the text. */
  readonly settled: number;
}

/** A rule of secrets that cannot be used; its id is empty where it is not about one rule. */
export interface Unusable {
  readonly id: string;
  readonly problem: string;
}

const FIELDS = 3;
const TOO_MUCH = "what the patterns of secrets look for takes too much memory";

export function readUnusable(lines: string): Unusable[] {
  const all = lines.split("\n");
  return Array.from({ length: all.length >> 1 }, (_, i) => ({ id: all[2 * i] ?? "", problem: all[2 * i + 1] ?? "" }));
}

export function readKinds(lines: string | undefined): string[] {
  if (lines === undefined) throw new Error(TOO_MUCH);
  return lines.split("\n");
}

export function readScan(
  memory: Memory,
  live: CompiledPolicy,
  kinds: readonly string[],
  text: string,
  part: ScanPart,
): Scan {
  const { handle, room } = live;
  const length = room.write(text);
  if (length < 0) throw new RangeError("a text to scan may have 16 MiB");
  const place = handle.scan(length, utf8Length(text.slice(0, part.from)), part.isLast, part.placeholders);
  if (place === 0) throw new Error(TOO_MUCH);
  const [count = 0, settled = 0] = new Uint32Array(memory.buffer, place, 2);
  if (count === 0) return { finds: [], settled };
  const table = new Uint32Array(memory.buffer, place + 8, count * FIELDS);
  const finds = Array.from({ length: count }, (_, find) => ({
    start: table[find * FIELDS] ?? 0,
    end: table[find * FIELDS + 1] ?? 0,
    kind: kinds[table[find * FIELDS + 2] ?? -1] ?? "",
  }));
  return { finds, settled };
}
