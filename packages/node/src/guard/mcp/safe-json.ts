// Writes JSON that all readers of a frame take for the same.

import { escapeTerminalJson } from "../../util/escape-terminal.js";

/** With the flag `u`, a whole pair is one character, which is not a surrogate. */
const HALF = /\p{Surrogate}/u;

/** In what `JSON.stringify` writes, only halves of pairs are escaped so. */
const ESCAPED_HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** Whether a text has half of a surrogate pair, for which readers have different characters or none. */
export function hasHalf(text: string): boolean {
  return HALF.test(text);
}

/**
 * The JSON text of a value. Characters that some readers take for the end of a line are escaped, and
 * half of a surrogate pair becomes the character that the judge sees: a server may cut its text anywhere.
 */
export function safeJson(value: unknown): string {
  const json = JSON.stringify(value);
  return escapeTerminalJson(json.includes("\\ud") ? json.replace(ESCAPED_HALF, "$1\\ufffd") : json);
}
