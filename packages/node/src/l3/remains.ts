// What an investigation leaves behind: its processes, wherever they have gone, and its folder.

import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The variable that every process of an investigation inherits. */
export const MARK_VARIABLE = "A3S_SENTRY_RUN";

/** How often processes are looked for, and how long is waited between, in milliseconds: about 2 seconds in all. */
const ROUNDS = 100;
const PAUSE_MS = 20;

/** What is known of an investigation's processes. */
export interface Trace {
  /** What the variable's value begins with. */
  readonly mark: string;
  /** The first process, which leads a session and a group of its own. */
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
  if (process.platform !== "linux") {
    if (trace.leader !== undefined) kill(-trace.leader);
    return;
  }
  for (let round = 0; round < ROUNDS; round++) {
    const found = processesOf(trace);
    if (found.length === 0) return;
    // A group dies as one, whatever it forks meanwhile. One without members may be someone else's by now.
    if (trace.leader !== undefined && found.some(({ group }) => group === trace.leader)) kill(-trace.leader);
    for (const { pid } of found) kill(pid);
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

/** Living processes with the mark, of the leader's session or group, and all that they have started. */
function processesOf({ mark, leader }: Trace): ProcessState[] {
  const states = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? stateOf(name) : []));
  const wanted = Buffer.from(`${MARK_VARIABLE}=${mark}`);
  const found = new Set<number>();
  for (const { pid, group, session } of states) {
    if (group === leader || session === leader || environmentOf(pid).includes(wanted)) found.add(pid);
  }
  for (let known = -1; known < found.size; ) {
    known = found.size;
    for (const { pid, parent } of states) if (found.has(parent)) found.add(pid);
  }
  return states.filter(({ pid }) => found.has(pid));
}

/** Empty for what has ended, zombies too. */
function stateOf(pid: string): ProcessState[] {
  const text = read(`/proc/${pid}/stat`).toString("latin1");
  // The name, in parentheses, is the program's own choice.
  const [state, parent, group, session] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (state === undefined || /^[ZXx]?$/.test(state)) return [];
  return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(session) }];
}

function environmentOf(pid: number): Buffer {
  return read(`/proc/${pid}/environ`);
}

/** Empty for what has ended, and for what belongs to another user. */
function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
