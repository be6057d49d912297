// The canonical form of an absolute path, so that different spellings of one file compare as equal.

import { posix } from "node:path";

/** Folders that are links into `/usr` on current systems. */
const MERGED = /^\/(?:bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/;
/** Such a link too: `/run` is its target. */
const VAR_RUN = /^\/var(?=\/run(?:\/|$))/;
/** The root of a process, which is usually the root of the system. Repeated, it is cut off at once. */
const PROCESS_ROOT = /^(?:\/proc\/(?:self|thread-self|[0-9]+)\/root(?=\/|$))+/;

/**
 * The canonical form of an absolute path, by its text alone: without `//`, `.`, `..`,
 * `/proc/self/root` and a slash at the end, with `/bin` as `/usr/bin` (likewise `/sbin` and
 * `/lib*`), and with `/var/run` as `/run`.
 *
 * @example
 * normalisePath("/bin//./nc"); // "/usr/bin/nc"
 */
export function normalisePath(path: string): string {
  let text = path;
  for (let before = ""; before !== text; ) {
    before = text;
    text = posix.normalize(text.replace(/^\/{2,}/, "/")).replace(PROCESS_ROOT, "") || "/";
  }
  const bare = text.length > 1 && text.endsWith("/") ? text.slice(0, -1) : text;
  return bare.replace(MERGED, "/usr$&").replace(VAR_RUN, "");
}
