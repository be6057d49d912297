// The version of this package.

import { readFileSync } from "node:fs";

interface Manifest {
  readonly version: string;
}

let cached: string | undefined;

/** The version, read once: a running daemon's package may be upgraded. */
export function version(): string {
  cached ??= read();
  return cached;
}

function read(): string {
  const manifest: Manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return manifest.version;
}
