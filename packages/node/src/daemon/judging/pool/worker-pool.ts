// Judges one input on several threads. Batches are settled in the order of the input.

import { setImmediate } from "node:timers/promises";
import type { Sentry } from "../../../sentry.js";
import { AutoResetEvent } from "../../../util/deferred.js";
import { FirstError } from "../../../util/first-error.js";
import type { Batch } from "../../batch.js";
import type { FileRange } from "../../input/file-range.js";
import { LineJudge } from "../line-judge.js";
import type { PolicyLeases } from "../policy-leases.js";
import type { SharedSemaphore } from "../shared-semaphore.js";
import { slowTiersOf } from "../slow-tiers.js";
import type { BatchSink, StreamJudge } from "../stream-judge.js";
import { LineBlocks } from "./line-blocks.js";
import type { TransferBuffer } from "./protocol.js";
import { ReorderBuffer, type Task } from "./reorder-buffer.js";
import { WorkerHandle } from "./worker-handle.js";

/** Bytes of lines that are worth a task for a worker that is still busy, or for the main thread. */
const FULL_TASK_BYTES = 256 * 1024;
/** Tasks that a worker has at most: one to judge, and one to begin without a wait. */
const MAX_TASKS_PER_WORKER = 2;
/** Tasks that are not settled, at most: they gather behind one slow task. */
const MAX_TASKS = 32;
/** The same limit in bytes of their buffers, for lines that are long. */
const MAX_TASK_BYTES = 64 * 1024 * 1024;
const NEWLINE = Uint8Array.of(10);

export interface WorkerPoolOptions {
  readonly threads: number;
  /** The program of the workers. */
  readonly script: URL;
  readonly leases: PolicyLeases;
  readonly semaphore: SharedSemaphore;
  readonly sink: BatchSink;
  /** Called for each worker that fails, or that the system refuses. */
  readonly onWorkerFailed: (why: string) => void;
}

/**
 * Worker threads, and the main thread, which judges what the workers have no time for. If a worker
 * fails, the main thread judges its tasks; if all have failed, it judges everything.
 */
export class WorkerPool implements StreamJudge {
  readonly #options: WorkerPoolOptions;
  readonly #blocks = new LineBlocks();
  readonly #tasks: ReorderBuffer;
  /** Set when a task is done, a worker fails, or an error is kept. */
  readonly #changed = new AutoResetEvent();
  readonly #error = new FirstError();
  #workers: WorkerHandle[] = [];
  /** Judges on the main thread. */
  #local: { readonly sentry: Sentry; readonly judge: LineJudge } | undefined;
  #end = 0;

  constructor(options: WorkerPoolOptions) {
    const { leases, sink, threads, script, semaphore, onWorkerFailed } = options;
    this.#options = options;
    this.#tasks = new ReorderBuffer(leases, sink);
    const events = { done: this.#done, failed: this.#failed };
    try {
      while (this.#workers.length < threads) {
        this.#workers.push(new WorkerHandle(script, this.#workers.length, semaphore, events));
      }
    } catch (error) {
      // The system may allow fewer threads: the pool works with those it has.
      onWorkerFailed(error instanceof Error ? error.message : String(error));
    }
    this.usePolicy();
  }

  /** Whether each remaining worker has loaded a policy. Until then, the pool delays a stream. */
  get ready(): boolean {
    return this.#workers.length > 0 && this.#workers.every(({ ready }) => ready);
  }

  async push(chunk: Uint8Array, end: number): Promise<void> {
    this.#end = end;
    for (let at = 0; at < chunk.length; ) {
      at += this.#blocks.add(chunk.subarray(at));
      this.#assign(FULL_TASK_BYTES);
      if (this.#blocks.full) await this.#changed.wait();
      this.#error.rethrow();
    }
  }

  /**
   * Takes the lines that begin in a range of a file, and resolves when it can take more. Excludes
   * `push`.
   */
  async read(range: FileRange): Promise<void> {
    while (this.#tasks.size >= MAX_TASKS) {
      await this.#changed.wait();
      this.#error.rethrow();
    }
    const task = this.#tasks.add(range, range.end);
    const worker = this.ready ? this.#leastLoaded(MAX_TASKS_PER_WORKER) : undefined;
    if (worker === undefined) {
      this.#judgeHere(task);
      // The responses of the workers are received in between.
      await setImmediate();
    } else {
      worker.judge(task);
    }
    this.#error.rethrow();
  }

  async prepare(sentry: Sentry): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.prepare(sentry)));
  }

  usePolicy(): void {
    for (const worker of this.#workers) worker.usePolicy(this.#options.leases.current);
  }

  async finish(): Promise<void> {
    if (this.#blocks.unfinished) await this.push(NEWLINE, this.#end);
    for (;;) {
      this.#assign(0);
      this.#error.rethrow();
      if (this.#blocks.wholeLength === 0 && this.#tasks.size === 0) return;
      await this.#changed.wait();
    }
  }

  close(): void {
    for (const worker of this.#workers) worker.close();
    this.#workers = [];
    this.#local?.judge.close();
    this.#local = undefined;
    this.#tasks.clear();
  }

  /**
   * Assigns the collected lines: `minBytes` of them to a busy worker or this thread, any number to
   * an idle worker.
   */
  #assign(minBytes: number): void {
    const { wholeLength } = this.#blocks;
    if (wholeLength === 0) return;
    const { takenBytes } = this.#blocks;
    if (this.#workers.length > 0 && (this.#tasks.size >= MAX_TASKS || takenBytes >= MAX_TASK_BYTES)) return;
    const worker = this.#leastLoaded(wholeLength >= minBytes ? MAX_TASKS_PER_WORKER : 1);
    if (worker !== undefined) worker.judge(this.#nextTask());
    else if (this.#workers.length === 0 || wholeLength >= FULL_TASK_BYTES) this.#judgeHere(this.#nextTask());
  }

  #nextTask(): Task {
    return this.#tasks.add(this.#blocks.take(), this.#end);
  }

  /** The worker with the fewest tasks, if it has fewer than `limit`. */
  #leastLoaded(limit: number): WorkerHandle | undefined {
    let found: WorkerHandle | undefined;
    for (const worker of this.#workers) if (worker.load < (found?.load ?? limit)) found = worker;
    return found;
  }

  readonly #done = (task: Task, batch: Batch, buffer: TransferBuffer | undefined): void => {
    this.#error.capture(() => {
      this.#complete(task, batch, buffer);
      this.#assign(FULL_TASK_BYTES);
    });
    this.#changed.set();
  };

  readonly #failed = (failed: WorkerHandle, why: string, tasks: readonly Task[]): void => {
    this.#workers = this.#workers.filter((worker) => worker !== failed);
    this.#error.capture(() => {
      this.#options.onWorkerFailed(why);
      for (const task of tasks) this.#judgeHere(task);
      this.#assign(FULL_TASK_BYTES);
    });
    this.#changed.set();
  };

  #judgeHere(task: Task): void {
    const { work } = task;
    const judge = this.#localJudge(task.sentry);
    const batch = work.kind === "range" ? judge.read(work) : judge.push(work.copy.subarray(0, work.length));
    this.#complete(task, batch, undefined);
  }

  #complete(task: Task, batch: Batch, buffer: TransferBuffer | undefined): void {
    if (task.work.kind === "block") this.#blocks.recycle(task.work, buffer);
    this.#tasks.complete(task, batch);
  }

  #localJudge(sentry: Sentry): LineJudge {
    if (this.#local?.sentry === sentry) return this.#local.judge;
    this.#local?.judge.close();
    const { semaphore } = this.#options;
    const judge = new LineJudge(sentry, { target: { slowTiers: slowTiersOf(sentry.tiers), semaphore } });
    this.#local = { sentry, judge };
    return judge;
  }
}
