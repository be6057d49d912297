// The daemon: events in, decisions to deny-files and audit lines.

import type { Readable, Writable } from "node:stream";
import type { Sentry } from "../sentry.js";
import { visible } from "../visible.js";
import { chunks } from "./chunks.js";
import { Clerk } from "./clerk.js";
import { Crew } from "./crew/crew.js";
import { threadsThatPay } from "./crew/threads.js";
import { FileInput } from "./file-input.js";
import { Ledger } from "./ledger.js";
import type { Log } from "./log.js";
import { Output } from "./output.js";
import { Pace } from "./pace.js";
import { showProgress } from "./progress.js";
import type { Totals } from "./totals.js";

const NEWLINE = 10;
/** A file that takes longer than threads take to get ready: there is no need to see how fast it comes. */
const LARGE_FILE_BYTES = 16 * 1024 * 1024;

export interface Streams {
  readonly input: (Readable & { readonly isTTY?: boolean }) | FileInput;
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly log: Log;
}

/** What a run came to. */
export interface Result {
  readonly totals: Totals;
  /** Why `output` took no more, which ended the run. */
  readonly outputError?: Error;
}

/** One run over one stream of events. */
export class Daemon {
  readonly #log: Log;
  readonly #input: Streams["input"];
  readonly #output: Output;
  readonly #ledger: Ledger;
  readonly #pace = new Pace();
  #sentry: Sentry;
  /** Judges on this thread, until the crew takes over. */
  #clerk: Clerk | undefined;
  #crew: Crew | undefined;

  /** The sentry belongs to the daemon from here on, which closes it. */
  constructor(sentry: Sentry, { input, output, log }: Streams) {
    this.#sentry = sentry;
    this.#clerk = new Clerk(sentry);
    this.#input = input;
    // On a terminal, audit lines take the place of the progress line.
    this.#output = new Output(output, output.isTTY ? () => log.clear() : undefined);
    this.#ledger = new Ledger(this.#output, log);
    this.#log = log;
  }

  /**
   * Judges until the input ends, `signal` aborts, or the output fails; what was read by then is judged and written out.
   * Rejects with the input's error.
   */
  async run(signal: AbortSignal): Promise<Result> {
    const { totals } = this.#ledger;
    const counts = () => ({ events: totals.stream.events, blocked: totals.blocked });
    // Where somebody types the events, a progress line would be written over them.
    const isTyped = !(this.#input instanceof FileInput) && this.#input.isTTY;
    const stopProgress = isTyped ? () => {} : showProgress(this.#log, counts);
    try {
      if (!(await this.#readLargeFile(signal))) {
        for await (const chunk of chunks(this.#input, signal)) {
          await this.#take(chunk);
          if (this.#output.error !== undefined) break;
        }
      }
      if (this.#clerk === undefined) await this.#crew?.finish();
      else this.#ledger.settle(this.#clerk.end(), this.#sentry);
      await this.#output.flush();
    } finally {
      stopProgress();
      this.#clerk?.close();
      this.#crew?.close();
      this.#sentry.close();
    }
    const { error } = this.#output;
    return error === undefined ? { totals } : { totals, outputError: error };
  }

  /** A crew reads a large file by itself, each thread its own stretches. `false` if the input is nothing of the kind. */
  async #readLargeFile(signal: AbortSignal): Promise<boolean> {
    if (!(this.#input instanceof FileInput)) return false;
    const { position, size } = this.#input;
    if (position === undefined || size - position < LARGE_FILE_BYTES) return false;
    this.#crew = this.#hire();
    if (this.#crew === undefined) return false;
    this.#clerk?.close();
    this.#clerk = undefined;
    for (const stretch of this.#input.stretches(position)) {
      await this.#crew.read(stretch);
      await this.#output.ready();
      if (signal.aborted || this.#output.error !== undefined) break;
    }
    return true;
  }

  /** Goes on by another sentry, which belongs to the daemon then. */
  replace(sentry: Sentry): void {
    const before = this.#sentry;
    this.#sentry = sentry;
    this.#clerk?.switchTo(sentry);
    if (this.#crew === undefined) before.close();
    else this.#crew.switchTo(sentry);
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#clerk === undefined) await this.#crew?.push(chunk);
    else if (this.#crew?.ready) await this.#handOver(chunk, this.#clerk, this.#crew);
    else this.#judgeHere(chunk, this.#clerk);
    await this.#output.ready();
  }

  #judgeHere(chunk: Uint8Array, clerk: Clerk): void {
    const began = performance.now();
    this.#ledger.settle(clerk.push(chunk), this.#sentry);
    if (this.#pace.outpaced(chunk.length, began)) this.#crew ??= this.#hire();
  }

  #hire(): Crew | undefined {
    const threads = threadsThatPay();
    if (threads === 0) return undefined;
    let told = false;
    return new Crew(this.#sentry, {
      threads,
      script: new URL("./crew/worker.js", import.meta.url),
      settle: (batch, sentry) => this.#ledger.settle(batch, sentry),
      failed: (why) => {
        if (!told)
          this.#log.line(`warning: a judging thread has failed, events are judged without it: ${visible(why)}`);
        told = true;
      },
    });
  }

  /** The crew takes blocks of whole lines, so the line that is unfinished is ended here. */
  async #handOver(chunk: Uint8Array, clerk: Clerk, crew: Crew): Promise<void> {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) return this.#judgeHere(chunk, clerk);
    this.#ledger.settle(clerk.push(chunk.subarray(0, end)), this.#sentry);
    clerk.close();
    this.#clerk = undefined;
    await crew.push(chunk.subarray(end));
  }
}
