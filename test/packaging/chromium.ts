// Finds a Chromium: one on PATH, else the one that a package of npm ships.

import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
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

/** Prints the path of the unpacked browser. */
const UNPACK = 'import chromium from "@sparticuz/chromium"; process.stdout.write(await chromium.executablePath());';

/** The path of a Chromium that runs. Rejects with the reason if there is none. */
export async function findChromium(): Promise<string> {
  const { PATH = "" } = process.env;
  const folders = PATH.split(delimiter);
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (!existsSync(path)) continue;
    const ended = await run(path, ["--version"]).catch(() => undefined);
    if (ended?.code === 0) return path;
  }
  const cwd = dirname(await npmPackages("chromium"));
  const { stdout: path } = await must(process.execPath, ["--input-type=module", "-e", UNPACK], { cwd });
  await must(path, ["--version"]).catch((error: unknown) => {
    throw new Error(`none of ${NAMES.join(", ")} is on PATH, and @sparticuz/chromium does not run: ${String(error)}`);
  });
  return path;
}
