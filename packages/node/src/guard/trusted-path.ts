// Checks who may write to a file or a folder, by the owners and modes of all folders on its way.
//
// Part of what a hook loads before it judges: it imports nothing but `node:fs` and `node:path`.

import { lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname, parse } from "node:path";

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const ROOT = 0;

/** The users that may own a policy: root alone, or the user of this process too. */
export type Owners = "root" | "root-or-self";

/**
 * The real path of a file or folder that only `owners` can write, rename or replace. Throws the
 * system's error if it does not exist, and an `Error` that says who may write where. On Windows,
 * which has no such owners and modes, nothing is checked.
 *
 * @example
 * trustedPath("/etc/passwd", "root"); // "/etc/passwd"
 */
export function trustedPath(path: string, owners: Owners): string {
  const real = realpathSync(path);
  if (process.getuid === undefined) return real;
  const uids = owners === "root" ? [ROOT] : [ROOT, process.getuid()];
  // A link is as good as the folders that hold it and those that it leads to.
  for (const step of new Set([...stepsOf(path), ...stepsOf(real)])) requireOwn(step, uids);
  return real;
}

/** Whether users other than its owner may write to a file or into a folder. */
export function isWritableByOthers({ mode }: Pick<Stats, "mode">): boolean {
  return (mode & OTHERS_WRITE) !== 0;
}

/** The path and all folders above it. */
function stepsOf(path: string): string[] {
  const steps = [path];
  const { root } = parse(path);
  for (let step = path; step !== root && step !== dirname(step); steps.push(step)) step = dirname(step);
  return steps;
}

function requireOwn(path: string, uids: readonly number[]): void {
  const stat = lstatSync(path);
  if (!uids.includes(stat.uid)) {
    const owners = [...new Set(uids)].join(" or ");
    const todo = `read it, then make user ${owners} its owner with \`chown\``;
    throw new Error(`\`${path}\` belongs to user ${stat.uid}, who may write to it: ${todo}`);
  }
  // In a sticky folder, such as /tmp, users can replace only what is theirs. A link has no mode.
  if (stat.isSymbolicLink() || (stat.isDirectory() && (stat.mode & STICKY) !== 0)) return;
  if (isWritableByOthers(stat)) {
    throw new Error(`other users may write to \`${path}\`: take that permission away with \`chmod go-w\``);
  }
}
