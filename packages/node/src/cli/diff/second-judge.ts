// Judges blocks of lines in a thread of its own, so that two policies take the time of one.

import { Worker } from "node:worker_threads";
import type { Sentry, SentryOptions } from "@a3s-sentry/core";
import { ownFile } from "../../util/own-file.js";
import { CliError } from "../io.js";
import { type Judged, KnownDecisions } from "./known-decisions.js";

/** What the thread gets at its start. */
export interface WorkerInput {
  readonly source: string;
  readonly options: SentryOptions;
}

/** Judges blocks in the order of the calls. */
export interface BlockJudge {
  judge(lines: Uint8Array): Promise<Judged>;
  close(): Promise<void>;
}

/** A judge in a thread; in this one if the thread's file is not there, as in a bundle. */
export function secondJudge(sentry: Sentry): BlockJudge {
  const script = ownFile("cli/diff/judge-worker.js");
  return script === undefined ? new LocalJudge(sentry) : new ThreadJudge(script, sentry);
}

class LocalJudge implements BlockJudge {
  readonly #known = new KnownDecisions();
  readonly #sentry: Sentry;

  constructor(sentry: Sentry) {
    this.#sentry = sentry;
  }

  judge(lines: Uint8Array): Promise<Judged> {
    return Promise.resolve(this.#known.judge(this.#sentry, lines));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Waiting {
  readonly resolve: (judged: Judged) => void;
  readonly reject: (why: Error) => void;
}

class ThreadJudge implements BlockJudge {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(script: string, sentry: Sentry) {
    this.#worker = new Worker(script, { env: {}, workerData: sentry.spec() satisfies WorkerInput });
    this.#worker.on("message", (judged: Judged) => this.#waiting.shift()?.resolve(judged));
    this.#worker.on("error", (error) => this.#fail(error.message));
    this.#worker.on("exit", () => this.#fail("it has ended"));
  }

  judge(lines: Uint8Array): Promise<Judged> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    // Of both threads each needs the block, so this one gets a copy.
    const copy = Uint8Array.from(lines);
    this.#worker.postMessage(copy, [copy.buffer]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(why: string): void {
    this.#failure ??= new CliError(`the thread that judges by the new policy failed: ${why}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
