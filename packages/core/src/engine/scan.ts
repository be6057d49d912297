// A scan for secrets: a text in, the positions of the finds out.

import { FIND_FIELDS } from "../generated/boundary.js";
import { utf8Length } from "../util/text.js";
import type { CompiledPolicy } from "./compile.js";
import type { Memory } from "./module.js";

/** Which part of a text is scanned. */
export interface ScanPart {
  /** Nothing before this UTF-16 unit is found; it is only context for what follows. */
  readonly from: number;
  /** Whether no more text follows. */
  readonly isLast: boolean;
  /** Whether text that looks like a placeholder is found too. */
  readonly placeholders: boolean;
}

/** A secret in a text. `start` and `end` count UTF-16 units. */
export interface Find {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

export interface Scan {
  /** In order, not overlapping. */
  readonly finds: readonly Find[];
  /** Text that follows cannot change what was found before this UTF-16 unit. */
  readonly stableUntil: number;
}

/**
 * An imported secret pattern that cannot be used. `id` is empty if the problem is not about one
 * pattern.
 */
export interface UnusablePattern {
  readonly id: string;
  readonly problem: string;
}

const TOO_MUCH_MEMORY = "the secret patterns take too much memory";

export function readUnusable(lines: string): UnusablePattern[] {
  const all = lines.split("\n");
  return Array.from({ length: all.length >> 1 }, (_, i) => ({ id: all[2 * i] ?? "", problem: all[2 * i + 1] ?? "" }));
}

export function readKinds(lines: string | undefined): string[] {
  if (lines === undefined) throw new Error(TOO_MUCH_MEMORY);
  return lines.split("\n");
}

export function scanText(
  memory: Memory,
  { handle, input }: CompiledPolicy,
  kinds: readonly string[],
  text: string,
  part: ScanPart,
): Scan {
  const length = input.write(text);
  if (length < 0) throw new RangeError("a text to scan may have at most 16 MiB");
  const address = handle.scan(length, utf8Length(text.slice(0, part.from)), part.isLast, part.placeholders);
  if (address === 0) throw new Error(TOO_MUCH_MEMORY);
  const [count = 0, stableUntil = 0] = new Uint32Array(memory.buffer, address, 2);
  if (count === 0) return { finds: [], stableUntil };
  const table = new Uint32Array(memory.buffer, address + 8, count * FIND_FIELDS);
  const finds = Array.from({ length: count }, (_, find) => ({
    start: table[find * FIND_FIELDS] ?? 0,
    end: table[find * FIND_FIELDS + 1] ?? 0,
    kind: kinds[table[find * FIND_FIELDS + 2] ?? -1] ?? "",
  }));
  return { finds, stableUntil };
}
