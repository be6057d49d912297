// Finds and reads the files that `include` in a policy names, and refuses those that others control.

import { Buffer } from "node:buffer";
import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { type Include, PolicyError } from "@a3s-sentry/core";
import { readPolicyFile } from "./policy-file.js";
import { labelOf } from "./sinks.js";

const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;

/** A pattern of `include`, and the folder that it counts from. */
export interface FilePattern {
  readonly folder: string;
  readonly pattern: string;
}

/** What {@link includeFrom} reports. */
export interface IncludeObserver {
  /** Called with the files that a pattern has found. */
  readonly onPattern?: (pattern: FilePattern, files: readonly string[]) => void;
  /** Called before a file is read. */
  readonly onFile?: (path: string) => void;
}

/**
 * Includes files for a policy in `folder`; `name` is the policy's own file, if it has one. All paths
 * count from the folder of the file that has them, and lead to files in it or below.
 */
export function includeFrom(folder: string, name: string | undefined, observer: IncludeObserver = {}): Include {
  return async (pattern, from) => {
    const place = { folder: from === null ? folder : dirname(from), pattern };
    const files = await filesOf(place);
    observer.onPattern?.(place, files);
    const includer = from ?? name;
    return files.map((file) => {
      const path = labelOf(file, place.folder);
      refuseForeign(path, place.folder, includer);
      observer.onFile?.(path);
      return { name: path, text: readText(path) };
    });
  };
}

/** The files of a pattern in bytewise order, as seen from its folder. Rejects with an `Error`. */
export async function filesOf({ folder, pattern }: FilePattern): Promise<string[]> {
  const steps = pattern.split("/");
  if (isAbsolute(pattern) || steps.includes("..")) {
    throw new Error(`\`${pattern}\` leads out of the folder of the file that includes it`);
  }
  if (steps.includes("**")) throw new Error(`\`${pattern}\` has \`**\`: name each folder`);
  // Loaded here, since most policies include nothing.
  const { glob, isDynamicPattern } = await import("tinyglobby");
  if (!isDynamicPattern(pattern)) return exists(labelOf(pattern, folder)) ? [pattern] : [];
  const options = { cwd: folder || ".", onlyFiles: false, followSymbolicLinks: false, expandDirectories: false };
  const found = (await glob(pattern, options)).filter((file) => !file.endsWith("/"));
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Throws an `Error` for a file that somebody controls who does not control the file that includes it. */
function refuseForeign(path: string, folder: string, includer: string | undefined): void {
  const real = realpathSync(path);
  if (leadsOut(realpathSync(folder || "."), real)) {
    throw new Error(`\`${path}\` is a link that leads out of the folder of the file that includes it`);
  }
  // Windows has no such owners and modes.
  if (process.getuid === undefined) return;
  const file = statSync(real);
  const trusted = includer === undefined ? undefined : statSync(includer);
  const owners = [0, process.getuid(), trusted?.uid];
  if (!owners.includes(file.uid)) throw new Error(`\`${path}\` belongs to another user, who may write to it`);
  if (isOpen(file, trusted)) {
    throw new Error(`other users may write to \`${path}\`: take that permission away with \`chmod go-w\``);
  }
}

/** Whether users may write to a file who may not write to the one that includes it. */
function isOpen(file: Stats, includer: Stats | undefined): boolean {
  if ((file.mode & OTHERS_WRITE) !== 0) return true;
  if ((file.mode & GROUP_WRITES) === 0) return false;
  return includer === undefined || (includer.mode & GROUP_WRITES) === 0 || includer.gid !== file.gid;
}

/** Whether a real path is outside of a real folder. */
export function leadsOut(folder: string, path: string): boolean {
  const steps = relative(folder, path).split(sep);
  return steps[0] === ".." || isAbsolute(join(...steps));
}

/** The reason for a file that cannot be read, without the name that the diagnostic has. */
function readText(path: string): string {
  try {
    return readPolicyFile(path);
  } catch (error) {
    throw error instanceof PolicyError ? new Error(error.diagnostics[0]?.message, { cause: error }) : error;
  }
}
