// Finds the program that investigates.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, resolve } from "node:path";
import type { Environment } from "./environment.js";
import { helperScript } from "./helper-script.js";

/** The investigator that this package contains. */
const OWN_NAME = "a3s-sentry-agent";

/** A file to run, and the arguments that precede all others. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether it is the investigator of this package. */
  readonly isOwn: boolean;
}

/**
 * Finds the program that a policy names: a path starts at `folder`, and a bare name is looked up on
 * `PATH` once, now. `a3s-sentry-agent` need not be on `PATH`. A name that is not found is kept, and
 * fails when it is run.
 */
export function findProgram(bin: string, folder: string, { PATH = "" }: Environment): Program {
  if (bin.includes("/")) return { file: resolve(folder, bin), args: [], isOwn: false };
  const files = PATH.split(delimiter).map((directory) => resolve(directory, bin));
  const file = files.find(isExecutable);
  if (file !== undefined) return { file, args: [], isOwn: false };
  // Yarn's Plug'n'Play hides the packages that the investigator imports from other processes.
  const { pnp } = process.versions;
  const own = bin === OWN_NAME && pnp === undefined ? helperScript("agent/main.js") : undefined;
  return own === undefined || "problem" in own ? { file: bin, args: [], isOwn: false } : { ...own, isOwn: true };
}

/** Whether the program is an executable file now. */
export function canRun({ file }: Program): boolean {
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
