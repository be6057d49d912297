// What `Sentry.create` was given: the path of a file, a policy's text, or an object.

import { existsSync } from "node:fs";
import { dirname, extname } from "node:path";
import type { PolicyFormat, PolicySource } from "@a3s-sentry/core";
import { readPolicyFile } from "./policy-file.js";

/** Begins as no policy does, or ends as policy files do. */
const LOOKS_LIKE_PATH = /^(?:\.{0,2}\/(?!\/)|[A-Za-z]:[\\/])|\.(?:acl|toml)$/i;

export interface OpenedSource {
  /** Text or object, for the core. */
  readonly source: PolicySource;
  /** Where the source's relative paths start; `""` is the working directory. */
  readonly folder: string;
  /** What the file tells: its name and, by its suffix, its format. */
  readonly name?: string;
  readonly format?: PolicyFormat;
}

/**
 * Reads the file if `source` is the path of one. A text that is plainly a path (one line, without `=` and `{`) is taken
 * for one, whether there is such a file or not. Throws a `PolicyError` for a file that cannot be read.
 */
export function openSource(source: PolicySource): OpenedSource {
  if (typeof source !== "string" || !isPath(source)) return { source, folder: "" };
  return openFile(source);
}

/** Reads a policy's file. Throws a `PolicyError` if it cannot be read. */
export function openFile(path: string): OpenedSource {
  return { source: readPolicyFile(path), folder: dirname(path), name: path, format: formatOf(path) };
}

function formatOf(path: string): PolicyFormat {
  return extname(path).toLowerCase() === ".toml" ? "toml" : "acl";
}

/**
 * A text that could be a policy is a path only where it also looks like one: else whoever may write in the working directory
 * could put a file named `fail_closed = true` in the policy's place.
 */
function isPath(source: string): boolean {
  if (source.trim() === "" || /[\n\r]/.test(source.trimEnd())) return false;
  return !/[={]/.test(source) || (LOOKS_LIKE_PATH.test(source) && existsSync(source));
}
