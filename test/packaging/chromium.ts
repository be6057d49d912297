// Finds a Chromium: one on PATH, else the one that a package of npm ships.

import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cached } from "./cache.js";
import { npmPackages } from "./npm-packages.js";
import { must, run } from "./process.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** For a browser that reaches nothing but its page. */
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Unpacks the browser into the folder for temporary files, with the libraries that a bare machine lacks. */
const UNPACK = `import { join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
await chromium.executablePath();
await inflate(join("node_modules", "@sparticuz", "chromium", "bin", "al2023.tar.br"));`;

/** Starts it with these libraries and fonts. */
const START = `#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_PATH="$here/fonts" exec "$here/chromium" "$@"
`;

/** The path of a Chromium that runs. Rejects with the reason if there is none. */
export async function findChromium(): Promise<string> {
  const { PATH = "" } = process.env;
  const folders = PATH.split(delimiter);
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (!existsSync(path)) continue;
    const ended = await run(path, ["--version"]).catch(() => undefined);
    if (ended?.code === 0) return path;
  }
  const path = join(await cached("unpacked-chromium-153.0.0", unpack), "start.sh");
  await must(path, ["--version"]).catch((error: unknown) => {
    throw new Error(`none of ${NAMES.join(", ")} is on PATH, and @sparticuz/chromium does not run: ${String(error)}`);
  });
  return path;
}

async function unpack(folder: string): Promise<void> {
  const cwd = dirname(await npmPackages("chromium"));
  await must(process.execPath, ["--input-type=module", "-e", UNPACK], { cwd, env: { TMPDIR: folder } });
  const start = join(folder, "start.sh");
  writeFileSync(start, START);
  chmodSync(start, 0o755);
}
