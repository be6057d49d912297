// Opens the argument of `Sentry.create`: a file's path, a policy's text, or an object.

import { existsSync } from "node:fs";
import { dirname, extname } from "node:path";
import type { PolicyFormat, PolicySource } from "@a3s-sentry/core";
import { readPolicyFile } from "./policy-file.js";

/** Begins as no policy can, or ends as policy files do. */
const LOOKS_LIKE_PATH = /^(?:\.{0,2}\/(?!\/)|[A-Za-z]:[\\/])|\.(?:acl|toml)$/i;

export interface OpenedSource {
  /** The text or object that the core compiles. */
  readonly source: PolicySource;
  /** The folder where relative paths of the source start; `""` is the working directory. */
  readonly folder: string;
  /** The name of the file, and its format by the suffix. */
  readonly name?: string;
  readonly format?: PolicyFormat;
}

/**
 * Reads the file if `source` is a path. One line of text without `=` and `{` is always treated as a
 * path, whether the file exists or not. Throws a `PolicyError` for a file that cannot be read.
 */
export function openSource(source: PolicySource): OpenedSource {
  if (typeof source !== "string" || !isPath(source)) return { source, folder: "" };
  return openFile(source);
}

/** Reads a policy file, unless its text is given. Throws a `PolicyError` if it cannot be read. */
export function openFile(path: string, text?: string): OpenedSource {
  return { source: text ?? readPolicyFile(path), folder: dirname(path), name: path, format: formatOf(path) };
}

function formatOf(path: string): PolicyFormat {
  return extname(path).toLowerCase() === ".toml" ? "toml" : "acl";
}

/**
 * Text that could be a policy is a path only if it also looks like one. Otherwise a user who can
 * write to the working directory could replace the policy with a file named `fail_closed = true`.
 */
function isPath(source: string): boolean {
  if (source.trim() === "" || /[\n\r]/.test(source.trimEnd())) return false;
  return !/[={]/.test(source) || (LOOKS_LIKE_PATH.test(source) && existsSync(source));
}
