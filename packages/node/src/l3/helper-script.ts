// Finds out how to run a script of this package in a process of its own.

import { setMaxListeners } from "node:events";
import { basename } from "node:path";
import { ownFile } from "../util/own-file.js";

/** How to run a script, or why it cannot run. */
export type HelperScript = { readonly file: string; readonly args: readonly string[] } | { readonly problem: string };

/** Set in the environment of helpers, which start no helpers of their own. */
export const HELPER_VARIABLE = "A3S_SENTRY_HELPER";

/** The names of the programs. The npm package of Bun calls it `bun.exe` on all systems. */
const RUNTIME_NAME = /^(?:node(?:js)?|bun|deno)(?:[-.]?v?\d[\d.]*)?(?:\.exe)?$/i;

/**
 * Finds the command for a script, by its path in the folder of the compiled code.
 *
 * Only a known JavaScript runtime gets the script. In an executable that was compiled from an
 * application, and in Electron, `process.execPath` is the application. Started with our script, it
 * would start itself, and that process the next one, without end.
 */
export function helperScript(script: string): HelperScript {
  // Limits the damage if the checks below are wrong: an application starts itself once at most.
  if (process.env[HELPER_VARIABLE] !== undefined) return { problem: "this process was itself started by L3" };
  if (!isRuntime()) return { problem: `\`${process.execPath}\` is not known to be a JavaScript runtime` };
  if (!hasOwnAbortController()) return { problem: "`AbortController` is not that of Node.js, as in jsdom" };
  const file = ownFile(script);
  if (file === undefined) return { problem: `the file \`${basename(script)}\` of this package is missing` };
  return { file: process.execPath, args: [file] };
}

function isRuntime(): boolean {
  return RUNTIME_NAME.test(basename(process.execPath)) && !isElectron() && !isCompiled();
}

function isElectron(): boolean {
  const { electron } = process.versions;
  return electron !== undefined;
}

/** Without it, starting a process fails once the process runs, which then has no owner. */
function hasOwnAbortController(): boolean {
  try {
    setMaxListeners(0, new AbortController().signal);
    return true;
  } catch {
    return false;
  }
}

interface Globals {
  readonly Bun?: { readonly main: string };
  readonly Deno?: { readonly build: { readonly standalone?: boolean } };
}

/**
 * Whether this process is an executable by `bun build --compile`, `deno compile` or Node.js (SEA).
 */
function isCompiled(): boolean {
  const { Bun, Deno } = globalThis as Globals;
  if (Bun !== undefined) return /^(?:\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/i.test(Bun.main);
  if (Deno !== undefined) return Deno.build.standalone === true;
  // Without `getBuiltinModule`, in Node.js before 20.16, the name of the program has to do.
  return process.getBuiltinModule?.("node:sea")?.isSea() ?? false;
}
