// Fingerprints of files: they show whether a file has been replaced or changed.

import { type BigIntStats, statSync } from "node:fs";
import { stat } from "node:fs/promises";

/** The fingerprints of files when they were read, by the paths that they were read by. */
export type FileFingerprints = ReadonlyMap<string, string>;

/** Differs for another file and for other contents; empty if there is no file. */
export async function fingerprintOf(path: string): Promise<string> {
  try {
    return fingerprint(await stat(path, { bigint: true }));
  } catch {
    return "";
  }
}

/** {@link fingerprintOf}, synchronously. */
export function fingerprintSync(path: string): string {
  try {
    return fingerprint(statSync(path, { bigint: true }));
  } catch {
    return "";
  }
}

/** Whether no file has changed. */
export function areCurrent(fingerprints: FileFingerprints): boolean {
  return [...fingerprints].every(([path, before]) => fingerprintSync(path) === before);
}

function fingerprint({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
