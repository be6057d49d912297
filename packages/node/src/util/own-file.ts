// Finds the files of this package that run in threads and processes of their own, and its
// playbooks.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The end of this module's URL. In a bundle it has another, from which no file can be found. */
const HERE = /\/util\/own-file\.[jt]s$/;

/** Yarn and Electron read packages from archives; a new process and a new thread cannot. */
const IN_ARCHIVE = /\.(?:zip|asar)\//;

/**
 * The path of a file or folder, which is given from the folder of the compiled code. `undefined` if
 * a bundler or a packager has left it behind, or if the package is in an archive.
 */
export function ownFile(path: string): string | undefined {
  // Bundled as CommonJS, this module has no URL.
  const url: string | undefined = import.meta.url;
  if (url === undefined || !HERE.test(url) || IN_ARCHIVE.test(url)) return undefined;
  try {
    const file = fileURLToPath(url.replace(HERE, `/${path}`));
    return existsSync(file) ? file : undefined;
  } catch {
    // From a server, the URL is not a file's.
    return undefined;
  }
}
