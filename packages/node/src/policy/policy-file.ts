// Reading a policy, and the files that it names, never more of them than they can be.

import { type Diagnostic, PolicyError } from "@a3s-sentry/core";
import { readBounded } from "../util/bounded-file.js";

/** The largest policy, in bytes. */
const MAX_POLICY_BYTES = 1024 * 1024;
/** The largest file that a policy can name, in bytes. */
const MAX_NAMED_BYTES = 16 * 1024 * 1024;

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
  const bytes = readBounded(path, most);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error("it is not UTF-8 text", { cause });
  }
}

function why(cause: unknown): string {
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const known = typeof code === "string" ? CAUSES[code] : undefined;
  return known ?? (cause instanceof Error ? cause.message : String(cause));
}
