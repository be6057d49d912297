// Sentry's side of the guard: wards, each of which holds one investigation's processes and its folder.

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { clear, type Trace } from "./process-tree.js";

/** What the guard is told. */
export type Order =
  | { readonly verb: "open"; readonly run: number; readonly mark: string; readonly folder: string }
  | { readonly verb: "started"; readonly run: number; readonly leader: number }
  | { readonly verb: "close"; readonly run: number };

const SCRIPT = fileURLToPath(new URL("./reaper-process.js", import.meta.url));

/** A guard that takes longer to clear up than it needs at the worst, in milliseconds, has been stopped, or hangs. */
const PATIENCE_MS = 5_000;

/** The guard in service: there is one while investigations are on their way, whoever began them. */
let current: Guard | undefined;

/** Where one investigation lives: its processes and its folder end with it. */
export interface Ward {
  /** An empty folder of its own, which nobody else may enter. */
  readonly folder: string;
  /** The variables by which its processes are known: to be set for the first, and inherited by the rest. */
  readonly env: Readonly<Record<string, string>>;
  /** Tells which process is the first. It must lead a session of its own. */
  started(leader: number): void;
  /** Resolves when no process of the investigation and nothing of its folder is left. Closing again is the same. */
  close(): Promise<void>;
}

/**
 * Opens a ward. From here on a death of this process, of any kind, ends what is in it.
 * Rejects if no guard can be started, or the folder not be made.
 */
export async function openWard(): Promise<Ward> {
  if (current === undefined || current.gone) current = new Guard();
  return await current.open();
}

class Guard {
  readonly #instance = randomUUID();
  readonly #process = execa(process.execPath, [SCRIPT, this.#instance], {
    // A session of its own: what a terminal or a supervisor sends to sentry's group is not meant for it.
    detached: true,
    cleanup: false,
    env: {},
    extendEnv: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    buffer: false,
    reject: false,
    verbose: "none",
  });
  readonly #ended: Promise<void>;
  /** Who waits for an investigation to be cleared. */
  readonly #waiting = new Map<number, () => void>();
  #gone = false;
  #runs = 0;
  #open = 0;

  constructor() {
    const { stdin, stdout } = this.#process;
    // A guard that has died is known by its end.
    stdin.on("error", () => {});
    createInterface({ input: stdout }).on("line", (run) => this.#waiting.get(Number(run))?.());
    this.#ended = this.#process.then(() => {
      this.#gone = true;
      for (const wake of this.#waiting.values()) wake();
    });
  }

  /** A guard that has died: it must have been killed, or could not be started. */
  get gone(): boolean {
    return this.#gone;
  }

  async open(): Promise<Ward> {
    if (this.#process.pid === undefined) throw new Error("its guard cannot be started");
    const run = this.#runs++;
    const mark = `l3-${run}-${this.#instance}`;
    // Everyone may see the mark of a run and count on: who makes the folder of the next one first would keep it from beginning.
    const folder = join(tmpdir(), `a3s-sentry-${mark}-${randomUUID()}`);
    this.#open++;
    this.#tell({ verb: "open", run, mark, folder });
    let trace: Trace = { mark };
    let closed: Promise<void> | undefined;
    const ward: Ward = {
      folder,
      env: { A3S_SENTRY_RUN: mark },
      started: (leader) => {
        trace = { mark, leader };
        this.#tell({ verb: "started", run, leader });
      },
      close: () => {
        closed ??= this.#close(run, trace, folder);
        return closed;
      },
    };
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      await ward.close();
      throw new Error(`its folder cannot be made in \`${tmpdir()}\``, { cause: error });
    }
    return ward;
  }

  async #close(run: number, trace: Trace, folder: string): Promise<void> {
    const cleared = new Promise<void>((resolve) => this.#waiting.set(run, resolve));
    this.#tell({ verb: "close", run });
    if (!this.#gone) await this.#soon(cleared);
    this.#waiting.delete(run);
    // Without a guard, the work is done here.
    if (this.#gone) await clear(trace, folder);
    if (--this.#open > 0) return;
    if (current === this) current = undefined;
    this.#process.stdin.end();
    await this.#soon(this.#ended);
  }

  /** Waits for what the guard is to do, or for the end of one that does not. */
  async #soon(done: Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS);
    await done;
    clearTimeout(timer);
  }

  #tell(order: Order): void {
    this.#process.stdin.write(`${JSON.stringify(order)}\n`);
  }
}
