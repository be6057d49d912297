// The process of a server of MCP, and all processes that it starts.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { errnoOf } from "../../util/errno.js";

/** How long a server may take to end by itself, and after SIGTERM: together less than clients wait before they kill. */
const GRACE_MS = 1_500;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running server. Its group of processes ends with it. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Never rejects. */
  readonly exited: Promise<Exit>;

  private constructor(child: ChildProcess, stdin: Writable, stdout: Readable) {
    this.#child = child;
    this.stdin = stdin;
    this.stdout = stdout;
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        // What it started must not outlive it.
        this.#kill("SIGKILL");
        resolve({ code, signal });
      });
    });
    // A server that has gone reads nothing: its exit says so.
    stdin.on("error", () => {});
    child.on("error", () => {});
  }

  /** Starts a program, without a shell. Its stderr is that of this process. Rejects with the system's error. */
  static async start(command: string, args: readonly string[]): Promise<ServerProcess> {
    const isGroup = process.platform !== "win32";
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], detached: isGroup, windowsHide: true });
    const server = new ServerProcess(child, child.stdin, child.stdout);
    await once(child, "spawn");
    return server;
  }

  /** Ends its stdin, and kills it if it does not end by that. */
  async stop(): Promise<Exit> {
    this.stdin.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const ended = await Promise.race([this.exited, wait(GRACE_MS, undefined, { ref: false })]);
      if (ended !== undefined) return ended;
      this.#kill(signal);
    }
    return await this.exited;
  }

  /** Passes SIGTERM on. */
  terminate(): void {
    this.#kill("SIGTERM");
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch (error) {
      if (errnoOf(error) !== "ESRCH" && errnoOf(error) !== "EPERM") throw error;
    }
  }
}
