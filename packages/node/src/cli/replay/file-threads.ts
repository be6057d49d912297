// Judges transcripts and parts of them on as many threads as there are cores.

import { availableParallelism } from "node:os";
import type { SentrySpec } from "@a3s-sentry/core";
import { AutoResetEvent } from "../../util/deferred.js";
import { ownFile } from "../../util/own-file.js";
import { JobThread } from "../job-thread.js";
import { compileInThreads } from "../v8-flags.js";
import type { Found } from "./findings.js";
import type { ReplayJob } from "./judge-file.js";

/** Threads at most: the disk and the main thread cannot keep more of them busy. */
const MAX_THREADS = 8;
/** Files that a thread has at most: one to judge, and one to begin without a wait. */
const MAX_FILES = 2;
/** Files that are not merged, at most: they gather behind a large one. */
const MAX_WAITING = 256;

type FileThread = JobThread<ReplayJob, Found>;

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
      Array.from({ length: count }, () => new JobThread(script, spec, "judges transcripts")),
      take,
    );
  }

  /** Gives a file, or a part with its memory, to a thread. Resolves when the next one can be given. */
  async judge(job: ReplayJob): Promise<void> {
    while (this.#waiting.length >= MAX_WAITING) await this.#takeNext();
    while (this.#threads.every(({ load }) => load >= MAX_FILES)) {
      await this.#changed.wait();
    }
    const thread = this.#threads.reduce((least, next) => (next.load < least.load ? next : least));
    const found = thread.do(job, typeof job === "string" ? [] : [job.text.buffer as ArrayBuffer]);
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
