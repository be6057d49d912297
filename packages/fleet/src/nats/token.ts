// Names as tokens of subjects, and the partition of an agent.

import { createHash } from "node:crypto";

/** The longest token of a name, in characters. */
const MAX_TOKEN = 128;
const HASH_DIGITS = 32;

/** Stands before the name of a shipper, for its events without an agent. No encoded name contains it otherwise. */
const UNNAMED = "~";

/**
 * A name as one token of a subject. Bytes other than letters, digits, `_` and `-` become `%XX`, so `python3.11`, `*` and
 * `>` are names too. Of a name whose token would be longer than 128 characters, the end is replaced by a hash.
 *
 * @example
 * tokenOf("python3.11"); // "python3%2E11"
 */
export function tokenOf(name: string): string {
  const token = encoded(name);
  if (token.length <= MAX_TOKEN) return token;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_DIGITS);
  return `${token.slice(0, MAX_TOKEN - HASH_DIGITS - 1)}~${hash}`;
}

/** The token of the events of a shipper that name no agent. */
export function unnamedToken(shipper: string): string {
  return `${UNNAMED}${tokenOf(shipper)}`;
}

/** The partition of an agent's token: the same on every node, for as long as the number of partitions is. */
export function partitionOf(token: string, partitions: number): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < token.length; at++) hash = Math.imul(hash ^ token.charCodeAt(at), 0x0100_0193);
  // The low bits of FNV-1a alone are poorly spread.
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}

function encoded(name: string): string {
  let token = "";
  for (const byte of Buffer.from(name, "utf8")) {
    const character = String.fromCharCode(byte);
    token += /[A-Za-z0-9_-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    // An attacker chooses the length of a name.
    if (token.length > MAX_TOKEN) return token;
  }
  return token;
}
