// What an investigation leaves behind: its processes, wherever they have gone, and its folder.

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How often processes are looked for, and how long is waited between, in milliseconds: about 2 seconds in all. */
const ROUNDS = 100;
const PAUSE_MS = 20;
/** So many times in a row nothing must be found. */
const QUIET_ROUNDS = 3;

/** By what the processes of an investigation are known. */
export interface Trace {
  /** Stands in their environment, and in the name of the folder in which they start. Nothing else has it. */
  readonly mark: string;
  /** The first, which leads a session and a group of its own. */
  readonly leader?: number;
}

interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Kills all processes of an investigation, then removes its folder. Never rejects. */
export async function clear(trace: Trace, folder: string): Promise<void> {
  await killAll(trace);
  // What cannot be removed is left: there is nobody who could do more.
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}

/**
 * Kills until nothing is found: a process may fork while it is looked for. Resolves after 2 seconds at the latest, since
 * what belongs to another user or hangs in the kernel cannot be killed.
 */
export async function killAll(trace: Trace): Promise<void> {
  const isLinux = existsSync("/proc/self/environ");
  // All are found before any dies: what shows by nothing but its parent is found only while that lives.
  if (isLinux) for (const pid of find(trace, () => {})) kill(pid);
  // A group dies as one, even if none of its processes lives long enough to be found. Only now, since later its number may be
  // someone else's.
  if (trace.leader !== undefined) kill(-trace.leader);
  // Without Linux's /proc, that is all that can be done.
  if (!isLinux) return;
  for (let round = 0, quiet = 0; round < ROUNDS && quiet < QUIET_ROUNDS; round++) {
    quiet = find(trace, kill).size > 0 ? 0 : quiet + 1;
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
 * Living processes with the mark, or of the leader's session or group, and the children of all these. Each is given to `seen` as soon as
 * it is found, those with the highest numbers first, which mostly are the newest: one that forks and ends all the time is not there for long.
 */
function find({ mark, leader }: Trace, seen: (pid: number) => void): ReadonlySet<number> {
  const states: ProcessState[] = [];
  const found = new Set<number>();
  const add = (pid: number): void => {
    found.add(pid);
    seen(pid);
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of pids.sort((a, b) => Number(b) - Number(a))) {
    for (const state of stateOf(pid)) {
      states.push(state);
      if (state.group === leader || state.session === leader || isMarked(state.pid, mark)) add(state.pid);
    }
  }
  for (let known = -1; known < found.size; ) {
    known = found.size;
    for (const { pid, parent } of states) if (found.has(parent) && !found.has(pid)) add(pid);
  }
  return found;
}

function isMarked(pid: number, mark: string): boolean {
  return (
    known(() => readlinkSync(`/proc/${pid}/cwd`))?.includes(mark) === true ||
    known(() => readFileSync(`/proc/${pid}/environ`))?.includes(mark) === true
  );
}

/** Empty for what has ended, zombies too. */
function stateOf(pid: string): ProcessState[] {
  const text = known(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The name, in parentheses, is the program's own choice.
  const [state, parent, group, session] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? [];
  if (state === undefined || /^[ZXx]?$/.test(state)) return [];
  return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(session) }];
}

/** Nothing of a process that has ended, or belongs to another user. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
