// Decides which targets a deny-file takes, and renders the line of each.

import { Buffer } from "node:buffer";
import type { Action } from "@a3s-sentry/core";
import { isIPv4 } from "./ipv4.js";

/** The longest path that a Linux system call accepts, in bytes. */
export const MAX_PATH_BYTES = 4095;
const MAX_HOST_CHARS = 253;

/**
 * NUL, and all characters that some reader takes for a line break. Paths may contain tabs and
 * escapes.
 */
export const LINE_BREAKERS = [..."\0\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"];
const HOST = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;
/**
 * A host that ends in a number is an address in another notation (`0x7f.1`, `2130706433`), or
 * invalid.
 */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i;
const LOOPBACK_NAME = /^(?:(?:.+\.)?localhost[46]?(?:\.localdomain[46]?)?|ip6-(?:localhost|loopback))\.?$/i;

/**
 * Returns the line that denies an action's target, or `null` if it must not be written.
 *
 * Trims the target, which must be one line without NUL. Egress: an IPv4 address or a host name, but
 * not `0.0.0.0`, loopback, or an address in another notation. File and exec: an absolute path of at
 * most 4,095 bytes.
 */
export function denyLine(action: Action): string | null {
  const target = action.target.trim();
  if (LINE_BREAKERS.some((char) => target.includes(char))) return null;
  const isAllowed = action.kind === "DenyEgress" ? mayDenyPeer(target) : isAbsolutePath(target);
  return isAllowed ? target : null;
}

function mayDenyPeer(peer: string): boolean {
  if (isIPv4(peer)) return peer !== "0.0.0.0" && !peer.startsWith("127.");
  return peer.length <= MAX_HOST_CHARS && HOST.test(peer) && !ENDS_IN_NUMBER.test(peer) && !LOOPBACK_NAME.test(peer);
}

/** By Linux's rules, on any system: the guards run on Linux. */
function isAbsolutePath(path: string): boolean {
  return path.startsWith("/") && Buffer.byteLength(path) <= MAX_PATH_BYTES;
}
