// Reads the key of an endpoint from a file.

import { statSync } from "node:fs";
import { readBounded } from "./bounded-file.js";
import { escapeTerminal } from "./escape-terminal.js";

/** The largest key, in bytes. */
const MAX_KEY_BYTES = 16 * 1024;
const READABLE_BY_OTHERS = 0o004;
const READABLE_BY_GROUP = 0o040;
const ROOT = 0;

/**
 * The key in a file, without its last line break. Throws the system's error, or an `Error` that says
 * what is wrong with the file. No error contains the key.
 */
export function readKey(path: string): string {
  const key = readBounded(path, MAX_KEY_BYTES)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (key.trim() === "") throw new Error("it is empty");
  return key;
}

/**
 * A warning if more users than sentry's may read the file. A group is no reason if sentry reads the
 * file by it, because the file is another user's, as a Kubernetes secret is with `fsGroup`.
 */
export function keyFileWarnings(path: string): string[] {
  const { mode, uid, gid } = statSync(path);
  const shown = escapeTerminal(path);
  if ((mode & READABLE_BY_OTHERS) !== 0) {
    return [`any user may read the key file \`${shown}\`, also an L3 program: run \`chmod o-r ${shown}\``];
  }
  const isForGroup = (mode & READABLE_BY_GROUP) !== 0 && gid !== ROOT && uid === process.geteuid?.();
  if (!isForGroup) return [];
  return [`users of group ${gid} may read the key file \`${shown}\`: run \`chmod g-r ${shown}\``];
}
