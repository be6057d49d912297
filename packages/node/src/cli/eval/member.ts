// Extracts the bytes of one member of a JSON object. Parsing and serializing it again would change
// large numbers and drop duplicate members.

import type { Buffer } from "node:buffer";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** Returns the value of the last member `key` of the outermost object. `json` must be valid. */
export function memberBytes(json: Buffer, key: string): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  let at = json.indexOf("{") + 1;
  while (at > 0 && at < json.length) {
    const start = json.indexOf(QUOTE, at);
    if (start === -1) break;
    const end = endOfString(json, start);
    const from = json.indexOf(COLON, end) + 1;
    at = endOfValue(json, from);
    if (JSON.parse(json.toString("utf8", start, end)) === key) found = json.subarray(from, at);
  }
  return found;
}

/** The offset of the comma or bracket after a value. */
function endOfValue(json: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = endOfString(json, at) - 1;
    else if (OPEN.has(byte)) depth += 1;
    else if (depth === 0 && (byte === COMMA || CLOSE.has(byte))) return at;
    else if (CLOSE.has(byte)) depth -= 1;
  }
  return json.length;
}

function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === BACKSLASH) at += 1;
    else if (json[at] === QUOTE) return at + 1;
  }
  return json.length;
}
