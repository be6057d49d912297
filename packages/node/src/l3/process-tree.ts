// Kills all processes of an investigation: those of its cgroup, or, without one, all that a search
// of the machine's processes finds, also those that have left its process tree.

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { hasLeft, killCgroup, removeCgroup } from "./cgroup.js";
import type { User } from "./user.js";

/** The most searches, and the milliseconds between two: about 2 seconds in all. */
const MAX_SEARCHES = 100;
const PAUSE_MS = 20;
/** Processes fork while they are searched for, so one empty search proves nothing. */
const EMPTY_SEARCHES = 3;

/** How long the removal of another user's folder may take, in milliseconds. */
const REMOVE_TIMEOUT_MS = 2_000;

/** What identifies the processes of an investigation. */
export interface ProcessMarker {
  /** A unique text in their environment, and in the name of the folder where they start. */
  readonly mark: string;
  /** The pid of the first process, which leads a session and a group. */
  readonly leader?: number;
  /** The folder of the cgroup in which the first process has started. */
  readonly cgroup?: string;
}

/** What an investigation has in the file system. */
export interface InvestigationFolders {
  /** Where its processes start. */
  readonly folder: string;
  /** Where its cgroup is, if it could be created. */
  readonly cgroup: string | undefined;
  /** The ids that `folder` is removed with, if its programs run as another user. */
  readonly owner: Pick<User, "uid" | "gid"> | undefined;
}

interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Kills all processes of an investigation, then removes its folders. Never rejects. */
export async function killAndRemove(
  marker: ProcessMarker,
  { folder, cgroup, owner }: InvestigationFolders,
): Promise<void> {
  await killAll(marker);
  if (cgroup !== undefined) removeCgroup(cgroup);
  // No later step could remove what these cannot.
  if (owner === undefined) await rm(folder, { recursive: true, force: true }).catch(() => {});
  else await removeAs(owner, folder);
}

/**
 * Removes a folder of another user with that user's rights: another program of the user could
 * replace a folder in it by a link while root removes what it contains.
 */
async function removeAs({ uid, gid }: Pick<User, "uid" | "gid">, folder: string): Promise<void> {
  const { PATH } = process.env as { readonly PATH?: string };
  const options = {
    uid,
    gid,
    cwd: "/",
    // The user can read the variables of its processes, and this process may have keys in its own.
    env: { PATH },
    extendEnv: false,
    timeout: REMOVE_TIMEOUT_MS,
    reject: false,
    stdio: "ignore",
    verbose: "none",
  } as const;
  // Without the first step, a folder without the right to write would stay.
  await execa("chmod", ["-R", "u+rwx", "--", folder], options);
  await execa("rm", ["-rf", "--", folder], options);
  // The user may lack the right to remove the folder itself.
  await rmdir(folder).catch(() => {});
}

/**
 * Kills the processes of the cgroup. Without one, or if the first process has left it, searches all
 * processes of the machine, and takes time in proportion to their number. Resolves after some
 * seconds at the latest: processes of other users, or stuck in the kernel, cannot be killed.
 */
export async function killAll(marker: ProcessMarker): Promise<void> {
  const { cgroup, leader } = marker;
  if (cgroup === undefined || leader === undefined) return await searchAndKill(marker);
  const searches = hasLeft(leader, cgroup);
  await killCgroup(cgroup);
  if (searches) await searchAndKill(marker);
}

/** Kills until a search finds nothing, since a process may fork meanwhile. */
async function searchAndKill(marker: ProcessMarker): Promise<void> {
  const isLinux = existsSync("/proc/self/environ");
  const unmarked = new Set<number>();
  // Find all before killing any: some are known only by their parent, while it lives.
  if (isLinux) for (const pid of find(marker, unmarked, () => {})) kill(pid);
  // A signal to the group also reaches processes too short-lived for a search. Only once: the
  // number may belong to another group later.
  if (marker.leader !== undefined) kill(-marker.leader);
  // Other systems have no /proc to search.
  if (!isLinux) return;
  for (let search = 0, empty = 0; search < MAX_SEARCHES && empty < EMPTY_SEARCHES; search++) {
    empty = find(marker, unmarked, kill).size > 0 ? 0 : empty + 1;
    await sleep(PAUSE_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended, or belongs to another user.
  }
}

/**
 * The living processes with the mark, or in the leader's session or group, and all their children.
 * Calls `onFound` for each at once, highest pid first: that is mostly the newest, and a process
 * that forks and exits all the time does not live for long.
 *
 * Adds the pids without the mark to `unmarked`, and looks at the environments of those no more: a
 * process can lose the mark, but not get it. So the first search takes longest.
 */
function find(
  { mark, leader }: ProcessMarker,
  unmarked: Set<number>,
  onFound: (pid: number) => void,
): ReadonlySet<number> {
  const states: ProcessState[] = [];
  const found = new Set<number>();
  const add = (pid: number): void => {
    found.add(pid);
    onFound(pid);
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of pids.sort((a, b) => Number(b) - Number(a))) {
    for (const state of stateOf(pid)) {
      states.push(state);
      const isOurs = state.group === leader || state.session === leader;
      if (isOurs || isMarked(state.pid, mark, unmarked)) add(state.pid);
    }
  }
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { pid, parent } of states) if (found.has(parent) && !found.has(pid)) add(pid);
  }
  return found;
}

function isMarked(pid: number, mark: string, unmarked: Set<number>): boolean {
  if (unmarked.has(pid)) return false;
  const folder = readable(() => readlinkSync(`/proc/${pid}/cwd`));
  const environment = readable(() => readFileSync(`/proc/${pid}/environ`));
  if (folder?.includes(mark) === true || environment?.includes(mark) === true) return true;
  // Empty while a process starts another program.
  if (environment !== undefined && environment.length > 0) unmarked.add(pid);
  return false;
}

/** Empty for a process that has ended, and for a zombie. */
function stateOf(pid: string): ProcessState[] {
  const text = readable(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The name, in parentheses, is chosen by the program and may contain anything.
  const [state, parent, group, session] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? [];
  if (state === undefined || /^[ZXx]?$/.test(state)) return [];
  return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(session) }];
}

/** `undefined` for a process that has ended, or belongs to another user. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
