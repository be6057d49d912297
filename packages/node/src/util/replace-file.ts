// Replaces the contents of a file at once.

import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Replaces the contents of an existing file. A reader sees the old or the new text, never half of
 * one. Keeps the file's mode, and a symbolic link to it. Throws the system's error.
 */
export function replaceFile(path: string, text: string): void {
  const real = realpathSync(path);
  const { mode } = statSync(real);
  // `node:crypto` would be loaded by every process that imports this package.
  const next = `${real}.${crypto.randomUUID()}`;
  try {
    writeFileSync(next, text, { mode, flag: "wx" });
    renameSync(next, real);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
