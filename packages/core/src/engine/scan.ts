// A scan for secrets: a text in, the positions of the finds out.

import type { JsonText } from "../events/json-text.js";
import { FIND_FIELDS } from "../generated/boundary.js";
import { utf8Length } from "../util/text.js";
import type { CompiledPolicy } from "./compile.js";
import { Finds } from "./finds.js";
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

export interface Scan {
  readonly finds: Finds;
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
  text: string | JsonText,
  part: ScanPart,
): Scan {
  const length = input.write(text);
  if (length < 0) throw new RangeError("a text to scan may have at most 16 MiB");
  const from = part.from === 0 ? 0 : utf8Length(String(text).slice(0, part.from));
  const address = handle.scan(length, from, part.isLast, part.placeholders);
  if (address === 0) throw new Error(TOO_MUCH_MEMORY);
  const [count = 0, stableUntil = 0] = new Uint32Array(memory.buffer, address, 2);
  const table = new Uint32Array(memory.buffer, address + 8, count * FIND_FIELDS);
  // A copy: the next call may overwrite the memory of the module.
  return { finds: new Finds(table.slice(), kinds), stableUntil };
}
