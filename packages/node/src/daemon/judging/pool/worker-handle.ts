// One worker thread, as the main thread sees it.

import { Worker } from "node:worker_threads";
import type { Sentry } from "../../../sentry.js";
import { Deferred } from "../../../util/deferred.js";
import type { Batch } from "../../batch.js";
import type { SharedSemaphore } from "../shared-semaphore.js";
import { slowTiersOf } from "../slow-tiers.js";
import type { TransferBuffer, WorkerInit, WorkerRequest, WorkerResponse } from "./protocol.js";
import type { Task } from "./reorder-buffer.js";

export interface WorkerEvents {
  /** A task is judged; `buffer` is that of its block. */
  readonly done: (task: Task, batch: Batch, buffer: TransferBuffer | undefined) => void;
  /** The thread has ended. `tasks` are those that it has not judged, in order. */
  readonly failed: (worker: WorkerHandle, why: string, tasks: readonly Task[]) => void;
}

/** A worker thread. It keeps the process alive while it has tasks. */
export class WorkerHandle {
  readonly #worker: Worker;
  readonly #semaphore: SharedSemaphore;
  readonly #number: number;
  readonly #events: WorkerEvents;
  readonly #tasks: Task[] = [];
  #ready = false;
  #ended = false;
  /** The policy that was sent last. */
  #policy: Sentry | undefined;
  /** For each policy that was sent and is not loaded, in order. */
  #loading: Deferred[] = [];

  /** Starts the thread. No other worker of the semaphore may have the same `number`. */
  constructor(script: URL, number: number, semaphore: SharedSemaphore, events: WorkerEvents) {
    this.#events = events;
    this.#semaphore = semaphore;
    this.#number = number;
    const workerData: WorkerInit = { semaphore: semaphore.shared, worker: number };
    // The policy brings what it needs of the environment. V8 shares the compiled wasm between
    // threads.
    this.#worker = new Worker(script, { env: {}, workerData });
    this.#worker.unref();
    this.#worker.on("message", (response: WorkerResponse) => this.#receive(response));
    this.#worker.on("messageerror", (error) => this.#fail(error.message));
    this.#worker.on("error", (error) => this.#fail(error.message));
    this.#worker.on("exit", (code) => this.#fail(`exited with code ${code}`));
  }

  /** Whether the worker has loaded a policy. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The number of tasks that it has not finished. */
  get load(): number {
    return this.#tasks.length;
  }

  /** Loads a policy beside its tasks. Resolves when it is loaded, or the thread has ended. */
  async prepare(sentry: Sentry): Promise<void> {
    if (this.#ended) return;
    const loaded = new Deferred();
    this.#policy = sentry;
    this.#loading.push(loaded);
    this.#send({ kind: "policy", spec: sentry.spec(), slowTiers: slowTiersOf(sentry.tiers) }, []);
    await loaded.promise;
  }

  /** Judges all later tasks by another policy. If it is not prepared, they wait until it is loaded. */
  usePolicy(sentry: Sentry): void {
    if (this.#policy !== sentry) void this.prepare(sentry);
    this.#send({ kind: "switch" }, []);
  }

  judge(task: Task): void {
    const { work } = task;
    this.#tasks.push(task);
    this.#worker.ref();
    if (work.kind === "range") this.#send({ kind: "range", range: work }, []);
    else this.#send({ kind: "block", buffer: work.buffer, length: work.length }, [work.buffer.buffer]);
  }

  close(): void {
    this.#ended = true;
    for (const loaded of this.#loading) loaded.resolve();
    void this.#worker.terminate();
  }

  #send(request: WorkerRequest, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(request, transfer);
  }

  #receive(response: WorkerResponse): void {
    if (this.#ended) return;
    if (response.kind === "policy") {
      this.#ready = true;
      this.#loading.shift()?.resolve();
      return;
    }
    const task = this.#tasks.shift();
    if (this.#tasks.length === 0) this.#worker.unref();
    for (const { permit } of response.batch.escalations) this.#semaphore.transfer(permit, this.#number);
    if (task !== undefined) this.#events.done(task, response.batch, response.buffer);
  }

  #fail(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const loaded of this.#loading) loaded.resolve();
    void this.#worker.terminate().then(() => this.#semaphore.reclaim(this.#number));
    this.#events.failed(this, why, this.#tasks);
  }
}
