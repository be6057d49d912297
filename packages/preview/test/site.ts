// The files of the built page.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../site/", import.meta.url));

/** The files by their paths. */
export function siteFiles(): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\//, ""));
  return new Map(paths.map((path) => [path, readFileSync(`${folder}${path}`)]));
}

/** The bytes that a person gets who opens every panel: all files, compressed as the command serves them. */
export function transferredBytes(): number {
  const files = siteFiles();
  const page = files.get("index.html")?.length ?? 0;
  return [...files].reduce((sum, [path, bytes]) => (path.endsWith(".br") ? sum + bytes.length : sum), page);
}
