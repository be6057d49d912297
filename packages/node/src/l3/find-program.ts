// Which program investigates, as it is run.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "./environment.js";

/** Our own investigator, which comes with this package. */
const OWN_NAME = "a3s-sentry-agent";
const OWN_SCRIPT = fileURLToPath(new URL("../agent/main.js", import.meta.url));

/** A file to run, and the arguments that come before all others. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether it is the one that comes with this package. */
  readonly isOwn: boolean;
}

/**
 * The program that a policy names: a path starts at `folder`, a bare name is looked up on `PATH` now, once and for all.
 * `a3s-sentry-agent` needs not be there. One that is nowhere keeps its name: running it fails.
 */
export function programOf(bin: string, folder: string, { PATH = "" }: Environment): Program {
  if (bin.includes("/")) return { file: resolve(folder, bin), args: [], isOwn: false };
  const files = PATH.split(delimiter).map((directory) => resolve(directory, bin));
  const file = files.find(isExecutable);
  if (file === undefined && bin === OWN_NAME) return { file: process.execPath, args: [OWN_SCRIPT], isOwn: true };
  return { file: file ?? bin, args: [], isOwn: false };
}

/** Whether the program could be run now. */
export function isThere({ file }: Program): boolean {
  return isAbsolute(file) && isExecutable(file);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
