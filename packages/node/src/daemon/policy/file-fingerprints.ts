// Fingerprints of files: they show whether a file has been replaced or changed.

import { type BigIntStats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { type FilePattern, filesOf } from "../../policy/include-files.js";

/**
 * The fingerprints of files when they were read, by the paths that they were read by, and of
 * patterns by their {@link patternKey}.
 */
export type FileFingerprints = ReadonlyMap<string, string>;

/** Begins the key of a pattern. No path has this character. */
const PATTERN = "\0";

/** The key of a pattern. Its fingerprint is the list of its files. */
export function patternKey({ folder, pattern }: FilePattern): string {
  return `${PATTERN}${folder}${PATTERN}${pattern}`;
}

/** Differs for another file and for other contents; empty if there is no file. */
export async function fingerprintOf(path: string): Promise<string> {
  if (path.startsWith(PATTERN)) return await filesNow(path);
  try {
    return fingerprint(await stat(path, { bigint: true }));
  } catch {
    return "";
  }
}

/** {@link fingerprintOf} of a path, synchronously. */
export function fingerprintSync(path: string): string {
  try {
    return fingerprint(statSync(path, { bigint: true }));
  } catch {
    return "";
  }
}

/** Whether no file has changed. */
export async function areCurrent(fingerprints: FileFingerprints): Promise<boolean> {
  const now = await Promise.all([...fingerprints.keys()].map(fingerprintOf));
  return now.join() === [...fingerprints.values()].join();
}

/** The fingerprint of a pattern. */
export function fingerprintOfFiles(files: readonly string[]): string {
  return files.join(PATTERN);
}

async function filesNow(key: string): Promise<string> {
  const [, folder = "", pattern = ""] = key.split(PATTERN);
  try {
    return fingerprintOfFiles(await filesOf({ folder, pattern }));
  } catch {
    return "";
  }
}

function fingerprint({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
