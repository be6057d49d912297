// The files of the page: the build of `@a3s-sentry/preview`, where it is installed.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { CliError } from "../io.js";

const PACKAGE = "@a3s-sentry/preview";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

export interface SiteFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The bytes compressed with brotli, if the build has done so. */
  readonly brotli?: Buffer;
}

/** The files by their paths, such as `assets/page.css`. */
export type Site = ReadonlyMap<string, SiteFile>;

/** Reads the page. Throws a `CliError` if it is not installed, here or beside this package. */
export function readSite(): Site {
  const folder = join(dirname(findPackage()), "site");
  const site = new Map<string, SiteFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (type === undefined || !entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const brotli = existsSync(`${path}.br`) ? { brotli: readFileSync(`${path}.br`) } : {};
    site.set(path.slice(folder.length + 1).replaceAll("\\", "/"), { type, bytes: readFileSync(path), ...brotli });
  }
  return site;
}

/** The path of the package's manifest. */
function findPackage(): string {
  // Bundled as CommonJS, this module has no URL.
  const own: string | undefined = import.meta.url;
  for (const from of [join(process.cwd(), "package.json"), ...(own === undefined ? [] : [own])]) {
    try {
      return createRequire(from).resolve(`${PACKAGE}/package.json`);
    } catch {
      // Not installed there.
    }
  }
  throw new CliError(`the page is not installed: add the package \`${PACKAGE}\``);
}
