// Settles batches in the order of the input, whatever order the threads finish them in.

import type { Sentry } from "../../../sentry.js";
import type { Batch } from "../../batch.js";
import type { FileRange } from "../../input/file-range.js";
import type { PolicyLeases } from "../policy-leases.js";
import type { BatchSink } from "../stream-judge.js";
import type { LineBlock } from "./line-blocks.js";

/** Lines to judge, and the sentry to judge them by. */
export interface Task {
  readonly work: LineBlock | FileRange;
  readonly sentry: Sentry;
  /** An offset in the input: each of the lines begins before it. */
  readonly end: number;
  batch?: Batch;
}

/** Holds the batches of tasks back until all tasks before them are settled. */
export class ReorderBuffer {
  readonly #leases: PolicyLeases;
  readonly #sink: BatchSink;
  readonly #tasks: Task[] = [];

  constructor(leases: PolicyLeases, sink: BatchSink) {
    this.#leases = leases;
    this.#sink = sink;
  }

  /** The number of tasks that are not settled. */
  get size(): number {
    return this.#tasks.length;
  }

  /** Adds the next task of the input. It leases the policy in force until it is settled. */
  add(work: Task["work"], end: number): Task {
    const task = { work, sentry: this.#leases.acquire(), end };
    this.#tasks.push(task);
    return task;
  }

  /**
   * Notes the batch of a task, and settles all batches whose turn it is. Throws the error of the
   * sink.
   */
  complete(task: Task, batch: Batch): void {
    task.batch = batch;
    for (let [next] = this.#tasks; next?.batch !== undefined; [next] = this.#tasks) {
      this.#tasks.shift();
      this.#sink.settle(next.batch, next.sentry, next.end);
      this.#leases.release(next.sentry);
    }
  }

  clear(): void {
    this.#tasks.length = 0;
  }
}
