// Follows the symbolic links of a path without touching file systems that may not answer.

import { lstatSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { posix } from "node:path";
import { errnoOf } from "../util/errno.js";

/** A path without symbolic links; `"unresolved"` if a file system that may not answer has to be asked. */
export type Resolved = { readonly path: string; readonly kind: "folder" | "other" | "missing" } | "unresolved";

/** File systems whose answer depends on another machine or on a program. */
const REMOTE =
  /^(?:nfs4?|cifs|smb3|smbfs|afs|ceph|lustre|glusterfs|beegfs|gpfs|orangefs|pvfs2|coda|ncpfs|9p|davfs2?|autofs|fuse(?:\..+|blk)?)$/;
const MOUNTS = "/proc/self/mountinfo";
/** As many as Linux follows. */
const MAX_LINKS = 40;
/** The most parts of a path and of its links: more are made to take long. */
const MAX_PARTS = 512;

/** The mounted file systems: their folders, and whether each is remote. A later one covers an earlier one. */
export type Mounts = ReadonlyMap<string, "local" | "remote">;

/**
 * Resolves an absolute path of an attacker's choice. No call of the system reaches a remote file
 * system, except for one that is mounted at `/`: sentry itself runs from there.
 */
export function resolvePath(path: string, mounts: () => Mounts | undefined = readMounts): Resolved {
  const known = mounts();
  // Other systems than Linux have no such table.
  if (known === undefined) return ofSystem(path);
  let links = 0;
  let done = "/";
  const rest = path.split("/").reverse();
  for (let parts = 0; ; parts++) {
    const part = rest.pop();
    if (part === undefined) return { path: done, kind: kindOf(done) };
    if (parts === MAX_PARTS) return "unresolved";
    if (part === "" || part === ".") continue;
    const next = posix.join(done, part);
    // Every folder that is mounted is passed on the way.
    if (known.get(next) === "remote" && next !== "/") return "unresolved";
    const target = part === ".." ? undefined : linkAt(next);
    if (target === undefined) {
      done = next;
      continue;
    }
    links += 1;
    if (target === "missing" || links > MAX_LINKS) {
      return { path: posix.join(next, ...rest.reverse()), kind: "missing" };
    }
    if (target.path.startsWith("/")) done = "/";
    rest.push(...target.path.split("/").reverse());
  }
}

/** The target of the link at a path; `undefined` if it is not a link, `"missing"` if nothing is there. */
function linkAt(path: string): { readonly path: string } | "missing" | undefined {
  try {
    return { path: readlinkSync(path) };
  } catch (error) {
    return errnoOf(error) === "EINVAL" ? undefined : "missing";
  }
}

function kindOf(path: string): "folder" | "other" | "missing" {
  try {
    return lstatSync(path).isDirectory() ? "folder" : "other";
  } catch {
    return "missing";
  }
}

/** Reads the table of mounts anew, since anybody may add one. The kernel answers at once. */
function readMounts(): Mounts | undefined {
  let text: string;
  try {
    text = readFileSync(MOUNTS, "utf8");
  } catch {
    return undefined;
  }
  return parseMounts(text);
}

/**
 * The mounts in the text of `/proc/self/mountinfo`.
 *
 * @example
 * parseMounts("36 25 0:32 / /mnt/a\\040b rw - nfs4 host:/x rw\n").get("/mnt/a b"); // "remote"
 */
export function parseMounts(text: string): Mounts {
  const mounts = new Map<string, "local" | "remote">();
  for (const line of text.split("\n")) {
    const folder = line.split(" ", 5)[4];
    const type = / - (\S+)/.exec(line)?.[1];
    if (folder === undefined || type === undefined) continue;
    const path = folder.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    mounts.set(path, REMOTE.test(type) ? "remote" : "local");
  }
  return mounts;
}

function ofSystem(path: string): Resolved {
  try {
    const real = realpathSync.native(path);
    return { path: real, kind: kindOf(real) };
  } catch {
    try {
      return { path: posix.join(realpathSync.native(posix.dirname(path)), posix.basename(path)), kind: "missing" };
    } catch {
      return { path, kind: "missing" };
    }
  }
}
