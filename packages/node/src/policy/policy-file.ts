// Reads a policy and the files that it names, up to their size limits.

import { isAbsolute } from "node:path";
import { type Diagnostic, PolicyError } from "@a3s-sentry/core";
import { messageOf } from "@a3s-sentry/core/host";
import { readBounded } from "../util/bounded-file.js";
import { errnoOf } from "../util/errno.js";
import { readKey } from "../util/key-file.js";

/** The largest policy, in bytes. */
const MAX_POLICY_BYTES = 1024 * 1024;
/** The largest file that a policy can name, in bytes. */
const MAX_NAMED_BYTES = 16 * 1024 * 1024;

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to read it",
  ELOOP: "its path goes through too many symbolic links",
  ENAMETOOLONG: "its path is too long",
  ENOENT: "there is no such file",
  ENOTDIR: "part of its path is not a directory",
  EPERM: "no permission to read it",
};

/** Reads a policy file. Throws a `PolicyError` if it cannot be read. */
export function readPolicyFile(path: string): string {
  try {
    return readText(path, MAX_POLICY_BYTES);
  } catch (cause) {
    throw unreadable(path, reasonOf(cause) + searchedFolder(path, cause), cause);
  }
}

/** Reads a file that a policy names. Throws an `Error` with a short reason if it cannot be read. */
export function readNamedFile(path: string): string {
  try {
    return readText(path, MAX_NAMED_BYTES);
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause });
  }
}

/** Reads the key in a file. Throws a `PolicyError` if it cannot be read. */
export function readKeyFile(path: string): string {
  try {
    return readKey(path);
  } catch (cause) {
    throw unreadable(path, reasonOf(cause), cause, "key");
  }
}

/** Makes the `PolicyError` for a file that cannot be read. */
export function unreadable(
  path: string,
  reason: string,
  cause?: unknown,
  what: "policy" | "key" = "policy",
): PolicyError {
  const problem = fileProblem("file/unreadable", `cannot read the ${what} file \`${path}\`: ${reason}`);
  const error = new PolicyError(path, [problem]);
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** An error about a file as a whole. */
export function fileProblem(code: string, message: string): Diagnostic {
  const span = { start: 0, end: 0, line: 1, column: 1, byteStart: 0, byteEnd: 0 };
  return { code, severity: "error", message, span, related: [], frame: `error[${code}]: ${message}` };
}

/** Throws the system's error, or one that says what is wrong with the file. */
function readText(path: string, maxBytes: number): string {
  const bytes = readBounded(path, maxBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error("it is not UTF-8 text", { cause });
  }
}

/** Where a missing file was looked for, if its path does not say it. */
function searchedFolder(path: string, cause: unknown): string {
  return errnoOf(cause) === "ENOENT" && !isAbsolute(path) ? ` (a relative path counts from \`${process.cwd()}\`)` : "";
}

function reasonOf(cause: unknown): string {
  const words = CAUSES[errnoOf(cause) ?? ""];
  return words ?? messageOf(cause);
}
