// Reading a policy, and the files that it names, never more of them than they can be.

import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type Diagnostic, PolicyError } from "@a3s-sentry/core";

/** The largest policy, in bytes. */
export const MAX_POLICY_BYTES = 1024 * 1024;
/** The largest file that a policy can name, in bytes. */
const MAX_NAMED_BYTES = 16 * 1024 * 1024;

/** Opening a FIFO must not wait for whoever writes to it. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to read it",
  ELOOP: "its path goes through too many symbolic links",
  ENAMETOOLONG: "its path is too long",
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is not a directory",
  EPERM: "no permission to read it",
};

/** The text of a policy file. A `PolicyError` says why there is none. */
export function readPolicyFile(path: string): string {
  try {
    return readText(path, MAX_POLICY_BYTES);
  } catch (cause) {
    throw unreadable(path, why(cause), cause);
  }
}

/** The text of a file that a policy names. Throws an `Error` that says in a few words why there is none. */
export function readNamedFile(path: string): string {
  try {
    return readText(path, MAX_NAMED_BYTES);
  } catch (cause) {
    throw new Error(why(cause), { cause });
  }
}

/** A `PolicyError` about a file that cannot be read at all. */
export function unreadable(path: string, reason: string, cause?: unknown): PolicyError {
  const code = "file/unreadable";
  const message = `cannot read the policy file \`${path}\`: ${reason}`;
  const diagnostic: Diagnostic = {
    code,
    severity: "error",
    message,
    span: { start: 0, end: 0, line: 1, column: 1, byteStart: 0, byteEnd: 0 },
    related: [],
    frame: `error[${code}]: ${message}`,
  };
  const error = new PolicyError(path, [diagnostic]);
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** Throws the system's error, or one that says what is wrong with the file. */
function readText(path: string, most: number): string {
  const bytes = readAtMost(path, most);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error("it is not UTF-8 text", { cause });
  }
}

function readAtMost(path: string, most: number): Buffer {
  const fd = openSync(path, OPEN_FLAGS);
  try {
    // With `bigint`: see `statOf` of the command line.
    const stat = fstatSync(fd, { bigint: true });
    if (stat.isDirectory()) throw new Error("it is a directory");
    if (!stat.isFile()) throw new Error("it is not a regular file");
    // Its size is no guide: a file may grow meanwhile, and those of /proc claim to be empty. A part of a policy is another one.
    const room = Buffer.allocUnsafe(most + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < room.length; length += read) {
      read = readSync(fd, room, length, room.length - length, null);
    }
    if (length > most) throw new Error(`it is larger than ${most} bytes`);
    return room.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function why(cause: unknown): string {
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const known = typeof code === "string" ? CAUSES[code] : undefined;
  return known ?? (cause instanceof Error ? cause.message : String(cause));
}
