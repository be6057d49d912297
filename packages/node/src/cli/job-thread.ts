// A thread that does jobs, one after the other, as the main thread sees it.

import { type TransferListItem, Worker } from "node:worker_threads";
import { CliError } from "./io.js";

interface Pending<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (why: Error) => void;
}

/** Its script posts `"ready"` once it has started, and then one result for each job. */
export class JobThread<Job, Result extends object> {
  readonly #worker: Worker;
  readonly #pending: Pending<Result>[] = [];
  #isReady = false;
  #failure: Error | undefined;

  /** `does` says what it does, for the message of a failure. */
  constructor(script: URL | string, workerData: unknown, does: string) {
    const fail = (why: string): void => this.#fail(`a thread that ${does} has failed: ${why}`);
    this.#worker = new Worker(script, { env: {}, workerData });
    this.#worker.on("message", (message: Result | "ready") => {
      if (message === "ready") this.#isReady = true;
      else this.#pending.shift()?.resolve(message);
    });
    this.#worker.on("error", (error) => fail(error.message));
    this.#worker.on("exit", () => fail("it has ended"));
  }

  /** Whether it has started, and has not failed. */
  get isReady(): boolean {
    return this.#isReady && this.#failure === undefined;
  }

  /** The jobs that it has not done. */
  get load(): number {
    return this.#pending.length;
  }

  /**
   * Gives it a job, and the memory in `transferred`. Rejects with a `CliError` if the thread fails;
   * whoever waits for the result sees that.
   */
  do(job: Job, transferred: readonly TransferListItem[] = []): Promise<Result> {
    const done = new Promise<Result>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#pending.push({ resolve, reject });
    });
    done.catch(() => {});
    this.#worker.postMessage(job, transferred);
    return done;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(why: string): void {
    this.#failure ??= new CliError(why);
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
  }
}
