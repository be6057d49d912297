// The daemon: events in, decisions to deny-files and audit lines.

import { Buffer } from "node:buffer";
import type { Readable, Writable } from "node:stream";
import type { JudgedEvent } from "@a3s-sentry/core";
import type { Sentry } from "../sentry.js";
import { escapeTerminal } from "../util/escape-terminal.js";
import { Output } from "./audit/batched-writer.js";
import { Desk, type Waiting } from "./escalation/escalation-queue.js";
import { FileInput } from "./input/file-input.js";
import { FileHistory, type History, recentEvents, Window, withRecent } from "./input/history.js";
import { chunks } from "./input/stream-chunks.js";
import { Staff } from "./judging/dispatcher.js";
import type { Batch } from "./judging/line-judge.js";
import { Sentries } from "./judging/policy-leases.js";
import { MOST_THREADS } from "./judging/pool/thread-count.js";
import { Slots } from "./judging/shared-semaphore.js";
import type { Log } from "./log.js";
import { Ledger } from "./settlement.js";
import type { Observed } from "./telemetry/metric-definitions.js";
import { showProgress } from "./telemetry/progress-line.js";
import type { Totals } from "./telemetry/totals.js";

/** A file that takes longer than threads take to get ready: there is no need to see how fast it comes. */
const LARGE_FILE_BYTES = 16 * 1024 * 1024;
/**
 * How long the slow tiers may take for what waits when a signal ends the run: less than the 30 s that Kubernetes and most
 * supervisors give a process until they kill it, and with it every audit line that is still due.
 */
const GRACE_MS = 20_000;
/** How long the reader of the output may take after that. */
const WRITE_MS = 5000;

export interface Streams {
  readonly input: (Readable & { readonly isTTY?: boolean }) | FileInput;
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly log: Log;
}

export interface DaemonOptions {
  /** How many escalations the slow tiers judge at a time, and how many more may wait for them. */
  readonly workers: number;
  readonly queue: number;
  readonly graceMs?: number;
}

/** What a run came to. */
export interface Result {
  readonly totals: Totals;
  /** Why `output` took no more, which ended the run. */
  readonly outputError?: Error;
}

/** One run over one stream of events. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #log: Log;
  readonly #input: Streams["input"];
  readonly #output: Output;
  readonly #ledger: Ledger;
  readonly #slots: Slots;
  readonly #desk: Desk;
  readonly #sentries: Sentries;
  readonly #staff: Staff;
  /** What has been read lately, for tiers that ask. */
  readonly #window = new Window();
  #history: History = this.#window;
  /** Ends the reading. */
  readonly #stop = new AbortController();
  #toldOfOverload = false;

  /** The sentry belongs to the daemon from here on, which closes it. */
  constructor(sentry: Sentry, { input, output, log }: Streams, options: DaemonOptions) {
    this.#options = options;
    this.#sentries = new Sentries(sentry);
    this.#slots = Slots.withRoom(options.workers + options.queue, MOST_THREADS);
    this.#input = input;
    // On a terminal, audit lines take the place of the progress line.
    this.#output = new Output(output, output.isTTY ? () => log.clear() : undefined, () => this.#outputFailed());
    this.#ledger = new Ledger(this.#output, log);
    this.#log = log;
    this.#desk = new Desk({
      sentries: this.#sentries,
      slots: this.#slots,
      workers: options.workers,
      complete: (waiting, by) => this.#complete(waiting, by),
      settle: (waiting, verdict, by) => this.#ledger.settleEscalation(waiting, verdict, by),
    });
    this.#staff = new Staff({
      sentries: this.#sentries,
      slots: this.#slots,
      place: () => this.#window.end,
      settle: (batch, by, place) => this.#settle(batch, by, place),
      failed: (why) =>
        log.line(`warning: a judging thread has failed, events are judged without it: ${escapeTerminal(why)}`),
    });
  }

  /** Whether the run still takes events. */
  get takesEvents(): boolean {
    return !this.#stop.signal.aborted;
  }

  /** What the run has come to so far. */
  get observed(): Omit<Observed, "reloads"> {
    const { waiting, inWork } = this.#desk;
    return {
      totals: this.#ledger.totals,
      policy: this.#sentries.current.policy,
      queue: { waiting, inWork, capacity: this.#options.queue },
    };
  }

  /**
   * Judges until the input ends, `signal` aborts, or the output fails; what was read by then is judged and written out. Escalations
   * get all the time that they need at the end of the input, and no more than a grace once `signal` has aborted; nor does the
   * reader of the output get much more then.
   * Rejects with the input's error.
   */
  async run(signal: AbortSignal): Promise<Result> {
    const { totals } = this.#ledger;
    const stopProgress = this.#showProgress();
    const { graceMs = GRACE_MS } = this.#options;
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      this.#stop.abort();
      timers.push(setTimeout(() => this.#desk.giveUp(), graceMs));
      timers.push(setTimeout(() => this.#output.giveUp(), graceMs + WRITE_MS));
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
    try {
      try {
        await this.#read();
      } finally {
        this.#stop.abort();
        await this.#drain();
      }
    } finally {
      signal.removeEventListener("abort", end);
      for (const timer of timers) clearTimeout(timer);
      stopProgress();
      this.#staff.close();
      this.#sentries.close();
    }
    const { error } = this.#output;
    return error === undefined ? { totals } : { totals, outputError: error };
  }

  /** Goes on by another sentry, which belongs to the daemon then. */
  replace(sentry: Sentry): void {
    this.#sentries.replace(sentry);
    this.#staff.adopt();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    if (await this.#readLargeFile(signal)) return;
    for await (const chunk of chunks(this.#input, signal)) await this.#take(chunk);
  }

  /** A crew reads a large file by itself, each thread its own stretches. `false` if the input is nothing of the kind. */
  async #readLargeFile(signal: AbortSignal): Promise<boolean> {
    if (!(this.#input instanceof FileInput)) return false;
    const { position, size } = this.#input;
    if (position === undefined || size - position < LARGE_FILE_BYTES) return false;
    if (!this.#staff.leaveToCrew()) return false;
    this.#history = new FileHistory(this.#input, position);
    for (const stretch of this.#input.stretches(position)) {
      await this.#staff.read(stretch);
      await this.#output.ready(signal);
      this.#desk.throwFault();
      if (signal.aborted) break;
    }
    return true;
  }

  /** Has all that was read judged, settled and written. */
  async #drain(): Promise<void> {
    await this.#staff.finish();
    await this.#desk.empty();
    await this.#output.flush();
  }

  async #take(chunk: Uint8Array): Promise<void> {
    this.#remember(chunk);
    await this.#staff.push(chunk);
    this.#desk.throwFault();
    await this.#output.ready(this.#stop.signal);
  }

  /** Keeps a chunk for L3, where there is one. */
  #remember(chunk: Uint8Array): void {
    if (this.#sentries.current.tiers.l3 === undefined) this.#window.clear();
    else this.#window.add(this.#input instanceof FileInput ? Buffer.from(chunk) : chunk, this.#desk.oldestPlace);
  }

  #settle(batch: Batch, sentry: Sentry, place: number): void {
    this.#ledger.settle(batch, sentry);
    for (const escalated of batch.escalated) this.#desk.add({ ...escalated, place });
    if (batch.tally.overloaded > 0 && !this.#toldOfOverload) {
      this.#toldOfOverload = true;
      this.#log.line(
        "warning: the queue of the slow tiers is full: escalations take the fail mode while it is, and the totals count them",
      );
    }
  }

  #complete({ event, place }: Waiting, sentry: Sentry): JudgedEvent | null {
    if (event === null || sentry.tiers.l3 === undefined) return event;
    return withRecent(event, () => recentEvents(event, place, this.#history, (line) => sentry.facts(line)));
  }

  /** Nobody is there to be told of decisions: the run ends, and what waits is not waited for. */
  #outputFailed(): void {
    this.#stop.abort();
    this.#desk.giveUp();
  }

  /** Where somebody types the events, a progress line would be written over them. */
  #showProgress(): () => void {
    const { totals } = this.#ledger;
    const isTyped = !(this.#input instanceof FileInput) && this.#input.isTTY;
    return isTyped
      ? () => {}
      : showProgress(this.#log, () => ({ events: totals.stream.events, blocked: totals.blocked }));
  }
}
