// The reaper process as this process sees it: it starts the reaper and sends it requests.

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { clearTimeout, setTimeout } from "node:timers";
import { execa } from "execa";
import { HELPER_VARIABLE, helperScript } from "./helper-script.js";
import { type InvestigationFolders, killAndRemove, type ProcessMarker } from "./process-tree.js";
import type { User } from "./user.js";

/** A line of JSON to the reaper. It answers `clear` with the number of the run, on a line. */
export type ReaperRequest =
  | { readonly type: "track"; readonly run: number; readonly mark: string; readonly folders: InvestigationFolders }
  | { readonly type: "leader"; readonly run: number; readonly marker: ProcessMarker }
  | { readonly type: "clear"; readonly run: number }
  | { readonly type: "stop" };

/** A tracked investigation: its marked processes, and its folders. */
export interface Investigation {
  readonly run: number;
  readonly marker: ProcessMarker;
  readonly folders: InvestigationFolders;
}

/**
 * In milliseconds. Clearing takes about 2 seconds at worst, so a reaper that takes longer was
 * stopped or hangs.
 */
const TIMEOUT_MS = 5_000;

type ReaperProcess = ReturnType<typeof startProcess>;

function startProcess(instance: string) {
  const script = helperScript("l3/reaper-process.js");
  if ("problem" in script) throw new Error(script.problem);
  return execa(script.file, [...script.args, instance], {
    // Its own session: signals that a terminal or supervisor sends to this group do not reach it.
    detached: true,
    cleanup: false,
    env: { [HELPER_VARIABLE]: "reaper" },
    extendEnv: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    buffer: false,
    reject: false,
    verbose: "none",
  });
}

export class Reaper {
  readonly #instance = randomUUID();
  readonly #process: ReaperProcess;
  readonly #exited: Promise<void>;
  /** By run: resolves the wait for it to be cleared. */
  readonly #waiting = new Map<number, () => void>();
  #hasExited = false;
  #isStopping = false;
  #runs = 0;
  #open = 0;

  /** Throws an `Error` if the reaper cannot run in this process. */
  constructor() {
    this.#process = startProcess(this.#instance);
    const { stdin, stdout } = this.#process;
    // A write to a dead reaper fails, and its exit is handled below.
    stdin.on("error", () => {});
    createInterface({ input: stdout }).on("line", (run) => this.#waiting.get(Number(run))?.());
    this.#exited = this.#process.then(() => {
      this.#hasExited = true;
      for (const resolve of this.#waiting.values()) resolve();
    });
  }

  /** `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** `false` once it was killed, could not be started, or has no investigation left to track. */
  get isRunning(): boolean {
    return !this.#hasExited && !this.#isStopping;
  }

  /**
   * Begins an investigation: what carries its mark ends with this process. Throws an `Error`
   * without a reaper. With `own`, the folder of this process's cgroup, it may have a cgroup in that.
   * `user` is who its programs run as, if not as this process.
   */
  track(own: string | undefined, user: User | undefined): Investigation {
    if (this.#process.pid === undefined) throw new Error("the reaper process cannot be started");
    const run = this.#runs++;
    const mark = `l3-${run}-${this.#instance}`;
    // Other users can see the mark and predict the next one, so the folder gets a random part too:
    // otherwise they could create it first and stop the next investigation.
    const name = `a3s-sentry-${mark}-${randomUUID()}`;
    const folders = {
      folder: join(tmpdir(), name),
      cgroup: own === undefined ? undefined : join(own, name),
      owner: user && { uid: user.uid, gid: user.gid },
    };
    this.#open++;
    this.#send({ type: "track", run, mark, folders });
    return { run, marker: { mark }, folders };
  }

  /** Adds the first process, which leads a session and a group, and whether it is in the cgroup. */
  setLeader(investigation: Investigation, leader: number, isInside: boolean): Investigation {
    const { run, marker, folders } = investigation;
    const { cgroup } = folders;
    const found = { ...marker, leader, ...(isInside && cgroup !== undefined && { cgroup }) };
    this.#send({ type: "leader", run, marker: found });
    return { ...investigation, marker: found };
  }

  /**
   * Kills the processes and removes the folder. Resolves when both are done. Call it once for each.
   */
  async clear({ run, marker, folders }: Investigation): Promise<void> {
    const cleared = new Promise<void>((resolve) => this.#waiting.set(run, resolve));
    this.#send({ type: "clear", run });
    if (!this.#hasExited) await this.#orKill(cleared);
    this.#waiting.delete(run);
    // Without a reaper, this process does its work.
    if (this.#hasExited) await killAndRemove(marker, folders);
    if (--this.#open > 0) return;
    this.#isStopping = true;
    this.#send({ type: "stop" });
    this.#process.stdin.end();
    await this.#orKill(this.#exited);
  }

  /** Waits for `done`. Kills a reaper that takes too long, and its exit then resolves `done`. */
  async #orKill(done: Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), TIMEOUT_MS);
    await done;
    clearTimeout(timer);
  }

  #send(request: ReaperRequest): void {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
  }
}
