// The version of this package.

import { readFileSync } from "node:fs";

interface Manifest {
  readonly version: string;
}

let known: string | undefined;

/** Read once: a package may be upgraded under a daemon that runs. */
export function version(): string {
  known ??= read();
  return known;
}

function read(): string {
  const manifest: Manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return manifest.version;
}
