// The version of this package.

import { readFileSync } from "node:fs";

interface Manifest {
  readonly version: string;
}

export function version(): string {
  const manifest: Manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return manifest.version;
}
