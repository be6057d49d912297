// Replaces the contents of a file at once.

import { randomUUID } from "node:crypto";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Replaces the contents of an existing file. A reader sees the old or the new text, never half of
 * one. Keeps the file's mode, and a symbolic link to it. Throws the system's error.
 */
export function replaceFile(path: string, text: string): void {
  const real = realpathSync(path);
  const { mode } = statSync(real);
  const next = `${real}.${randomUUID()}`;
  try {
    writeFileSync(next, text, { mode, flag: "wx" });
    renameSync(next, real);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
