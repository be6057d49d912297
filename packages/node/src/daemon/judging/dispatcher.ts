// Chooses between one thread and a worker pool, by the rate of the input.

import { pathToFileURL } from "node:url";
import type { StreamLines } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import { ownFile } from "../../util/own-file.js";
import { InlineJudge } from "./inline-judge.js";
import { LoadMeter } from "./load-meter.js";
import type { PolicyLeases } from "./policy-leases.js";
import { threadCount } from "./pool/thread-count.js";
import { WorkerPool } from "./pool/worker-pool.js";
import type { SharedSemaphore } from "./shared-semaphore.js";
import type { BatchSink, StreamJudge } from "./stream-judge.js";

const NEWLINE = 10;

/** The program of the workers. */
const WORKER = ownFile("daemon/judging/pool/worker.js");

export interface DispatcherOptions {
  readonly leases: PolicyLeases;
  readonly semaphore: SharedSemaphore;
  readonly sink: BatchSink;
  /** The lines that get a line in a batch. `all` are numbered, so one thread judges them. */
  readonly decisions: StreamLines;
  /** Called at once if there is no program for workers, and for the first worker that fails. */
  readonly onWorkerFailed: (why: string) => void;
}

/** Judges one stream. It starts on the main thread, and moves to a worker pool at most once. */
export class Dispatcher implements StreamJudge {
  readonly #options: DispatcherOptions;
  readonly #load = new LoadMeter();
  /** 0 if no other thread may judge, no core is left for one, or the workers' program is missing. */
  readonly #threads: number;
  #judge: InlineJudge | WorkerPool;
  /** The pool whose workers load the policy, while the main thread still judges. */
  #starting: WorkerPool | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#judge = new InlineJudge(options);
    const threads = options.decisions === "all" ? 0 : threadCount();
    this.#threads = WORKER === undefined ? 0 : threads;
    if (this.#threads < threads) options.onWorkerFailed("the file `worker.js` of this package is missing");
  }

  async push(chunk: Uint8Array, end: number): Promise<void> {
    if (this.#judge instanceof WorkerPool) return await this.#judge.push(chunk, end);
    if (this.#starting?.ready) return await this.#handOver(chunk, end, this.#starting);
    const began = performance.now();
    await this.#judge.push(chunk, end);
    if (this.#load.outpaced(chunk.length, began)) this.#starting ??= this.#startPool();
  }

  async finish(): Promise<void> {
    await this.#judge.finish();
  }

  async prepare(sentry: Sentry): Promise<void> {
    await Promise.all([this.#judge.prepare(sentry), this.#starting?.prepare(sentry)]);
  }

  usePolicy(): void {
    this.#judge.usePolicy();
    this.#starting?.usePolicy();
  }

  close(): void {
    this.#judge.close();
    this.#starting?.close();
  }

  /**
   * Starts a worker pool that is to read a large file, before anything is pushed. The dispatcher
   * owns it. `undefined` if no other thread can or may judge.
   */
  poolForFile(): WorkerPool | undefined {
    const pool = this.#startPool();
    if (pool !== undefined) this.#moveTo(pool);
    return pool;
  }

  /** The pool takes whole lines only, so the unfinished line is still judged here. */
  async #handOver(chunk: Uint8Array, end: number, pool: WorkerPool): Promise<void> {
    const lineStart = chunk.lastIndexOf(NEWLINE) + 1;
    if (lineStart === 0) return await this.#judge.push(chunk, end);
    await this.#judge.push(chunk.subarray(0, lineStart), end);
    this.#moveTo(pool);
    await pool.push(chunk.subarray(lineStart), end);
  }

  #moveTo(pool: WorkerPool): void {
    this.#judge.close();
    this.#judge = pool;
    this.#starting = undefined;
  }

  #startPool(): WorkerPool | undefined {
    if (WORKER === undefined || this.#threads === 0) return undefined;
    let reported = false;
    return new WorkerPool({
      ...this.#options,
      threads: this.#threads,
      script: pathToFileURL(WORKER),
      onWorkerFailed: (why) => {
        if (!reported) this.#options.onWorkerFailed(why);
        reported = true;
      },
    });
  }
}
