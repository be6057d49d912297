// Judges many transcripts on as many threads as there are cores.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { SentrySpec } from "@a3s-sentry/core";
import { AutoResetEvent } from "../../util/deferred.js";
import { ownFile } from "../../util/own-file.js";
import { CliError } from "../io.js";
import { compileInThreads } from "../v8-flags.js";
import type { Found } from "./findings.js";

/** Threads at most: the disk and the main thread cannot keep more of them busy. */
const MAX_THREADS = 8;
/** Files that a thread has at most: one to judge, and one to begin without a wait. */
const MAX_FILES = 2;
/** Files that are not merged, at most: they gather behind a large one. */
const MAX_WAITING = 256;

/** Takes what is found in files, in the order of the files. */
export type TakeFound = (found: Found) => void;

export class FileThreads {
  readonly #threads: FileThread[];
  readonly #take: TakeFound;
  readonly #waiting: Promise<Found>[] = [];
  /** Set when a file is done. */
  readonly #changed = new AutoResetEvent();

  private constructor(threads: FileThread[], take: TakeFound) {
    this.#threads = threads;
    this.#take = take;
  }

  /** Starts threads. `undefined` on one core, and without the file of the threads, as in a bundle. */
  static start(spec: SentrySpec, take: TakeFound): FileThreads | undefined {
    const script = ownFile("cli/replay/replay-worker.js");
    const count = Math.min(availableParallelism(), MAX_THREADS);
    if (script === undefined || count < 2) return undefined;
    compileInThreads();
    return new FileThreads(
      Array.from({ length: count }, () => new FileThread(script, spec)),
      take,
    );
  }

  /** Gives a file to a thread. Resolves when the next one can be given. */
  async judge(file: string): Promise<void> {
    while (this.#waiting.length >= MAX_WAITING) await this.#takeNext();
    while (this.#threads.every(({ load }) => load >= MAX_FILES)) {
      await this.#changed.wait();
    }
    const thread = this.#threads.reduce((least, next) => (next.load < least.load ? next : least));
    const found = thread.judge(file);
    // A failure is seen where it is merged.
    found.catch(() => {}).finally(() => this.#changed.set());
    this.#waiting.push(found);
  }

  /** Resolves when all is taken. */
  async finish(): Promise<void> {
    while (this.#waiting.length > 0) await this.#takeNext();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #takeNext(): Promise<void> {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#take(await next);
  }
}

interface Pending {
  readonly resolve: (found: Found) => void;
  readonly reject: (why: Error) => void;
}

class FileThread {
  readonly #worker: Worker;
  readonly #pending: Pending[] = [];
  #failure: Error | undefined;

  constructor(script: string, spec: SentrySpec) {
    this.#worker = new Worker(script, { env: {}, workerData: spec });
    this.#worker.on("message", (found: Found) => this.#pending.shift()?.resolve(found));
    this.#worker.on("error", (error) => this.#fail(error.message));
    this.#worker.on("exit", () => this.#fail("it has ended"));
  }

  get load(): number {
    return this.#pending.length;
  }

  judge(file: string): Promise<Found> {
    const found = new Promise<Found>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#pending.push({ resolve, reject });
    });
    this.#worker.postMessage(file);
    return found;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(why: string): void {
    this.#failure ??= new CliError(`a thread that judges transcripts has failed: ${why}`);
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
  }
}
