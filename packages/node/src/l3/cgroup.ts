// Cgroups (version 2) of investigations. A process that is started in one stays there with all its
// children, whatever session, environment and parent they have, and all end at once.

import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";

/** How long killed processes may take to end, in milliseconds, and the time between two looks. */
const END_TIMEOUT_MS = 2_000;
const PAUSE_MS = 10;

/**
 * The folder of this process's own cgroup; `undefined` without one that is mounted, and in a worker
 * thread: threads move together, so two of them must not start programs in cgroups.
 */
export function ownCgroup(): string | undefined {
  if (!isMainThread) return undefined;
  try {
    return folderOf(readFileSync("/proc/self/cgroup", "utf8"), readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Finds the folder of the cgroup that `/proc/PID/cgroup` names below a mount of `mountinfo`. A mount
 * may show a part of the tree only.
 */
export function folderOf(cgroup: string, mountinfo: string): string | undefined {
  const [, path] = /^0::(\/.*)$/m.exec(cgroup) ?? [];
  if (path === undefined) return undefined;
  for (const line of mountinfo.split("\n")) {
    const [fields = "", type = ""] = line.split(" - ");
    const [, , , root = "", mount = ""] = fields.split(" ").map(unescaped);
    if (!type.startsWith("cgroup2 ")) continue;
    if (root === "/") return join(mount, path);
    if (path === root || path.startsWith(`${root}/`)) return join(mount, path.slice(root.length));
  }
  return undefined;
}

/** Spaces and backslashes in a mount's path are octal. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/**
 * Creates a cgroup. Returns whether it can be killed as a whole: sentry may lack the rights, and the
 * kernel must be 5.14 or newer.
 */
export function createCgroup(folder: string): boolean {
  try {
    mkdirSync(folder);
    return readdirSync(folder).includes("cgroup.kill");
  } catch {
    return false;
  }
}

/**
 * Makes the next {@link startInside} fast: the first move of a process in a while waits some 20 ms
 * for the kernel, here without blocking this thread. Moves the process `pid` of `own` to where it is.
 * It must not be this process, which may be starting a program elsewhere meanwhile. Rejects if
 * processes may not be moved back.
 */
export async function prepareMove(own: string, pid: number): Promise<void> {
  await writeFile(join(own, "cgroup.procs"), String(pid));
}

/** A started process, and whether it is in the cgroup. */
export interface Started<T> {
  readonly child: T;
  readonly isInside: boolean;
}

/**
 * Calls `start`, whose processes begin in the cgroup `folder`: this process moves there and back
 * without an interruption, as Node.js has no other way to start one there. Call {@link prepareMove}
 * before.
 */
export function startInside<T>(folder: string, own: string, start: () => T): Started<T> {
  if (!move(folder)) return { child: start(), isInside: false };
  let child: T;
  let isBack = false;
  try {
    child = start();
  } finally {
    isBack = move(own);
  }
  // A cgroup with this process in it must never be killed.
  return { child, isInside: isBack };
}

/** Moves this process. */
function move(folder: string): boolean {
  try {
    writeFileSync(join(folder, "cgroup.procs"), "0");
    return true;
  } catch {
    return false;
  }
}

/** Whether a living process is in another cgroup than `folder`, or those below it. */
export function hasLeft(pid: number, folder: string): boolean {
  try {
    return !`${readFileSync(`/proc/${pid}/cgroup`, "utf8")}/`.includes(`/${basename(folder)}`);
  } catch {
    return false;
  }
}

/**
 * Kills all processes of a cgroup and of those below it. Resolves when they have ended, or after 2
 * seconds: a process that hangs in the kernel does not end.
 */
export async function killCgroup(folder: string): Promise<void> {
  try {
    writeFileSync(join(folder, "cgroup.kill"), "1");
    for (let waited = 0; isPopulated(folder) && waited < END_TIMEOUT_MS; waited += PAUSE_MS) await sleep(PAUSE_MS);
  } catch {
    // It does not exist, or no longer.
  }
}

function isPopulated(folder: string): boolean {
  return /^populated 1$/m.test(readFileSync(join(folder, "cgroup.events"), "utf8"));
}

/** Removes a cgroup, and those that its processes created in it, if no process is left. */
export function removeCgroup(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch {
    // It does not exist, or a process in it does not end.
  }
}
