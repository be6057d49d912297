// The daemon: wires the stages that turn a stream of events into deny-file entries and audit lines.

import { Buffer } from "node:buffer";
import type { Readable, Writable } from "node:stream";
import type { StreamLines } from "@a3s-sentry/core";
import type { Sentry } from "../sentry.js";
import { errnoOf } from "../util/errno.js";
import { errorText } from "../util/error-text.js";
import { escapeTerminal } from "../util/escape-terminal.js";
import { BatchedWriter } from "./audit/batched-writer.js";
import type { AuditLost } from "./config/words.js";
import { EscalationHistory } from "./escalation/escalation-history.js";
import { EscalationQueue } from "./escalation/escalation-queue.js";
import { FileInput } from "./input/file-input.js";
import { streamChunks } from "./input/stream-chunks.js";
import { Dispatcher } from "./judging/dispatcher.js";
import { PolicyLeases } from "./judging/policy-leases.js";
import { MAX_THREADS } from "./judging/pool/thread-count.js";
import { reserveOf, SharedSemaphore } from "./judging/shared-semaphore.js";
import type { Log } from "./log.js";
import { Settlement } from "./settlement.js";
import type { Observed } from "./telemetry/metric-definitions.js";
import { showProgress } from "./telemetry/progress-line.js";
import type { Totals } from "./telemetry/totals.js";

/**
 * A worker pool reads larger files from the start: they take longer than the workers need to load a
 * policy.
 */
const LARGE_FILE_BYTES = 16 * 1024 * 1024;
/**
 * The time that the slow tiers have after a signal. Kubernetes and most supervisors kill a process
 * after 30 s, and all pending audit lines with it.
 */
const GRACE_MS = 20_000;
/** The time that the reader of the output has after that. */
const WRITE_MS = 5000;

/** What happens while the reader of the output does not read. */
const STALLED: Readonly<Record<AuditLost, string>> = {
  stop: "the reader of stdout does not keep up: no further events are read until it has (`--audit-lost continue` goes on without it)",
  continue: "the reader of stdout does not keep up: audit lines are lost until it has",
};

export interface DaemonStreams {
  readonly input: (Readable & { readonly isTTY?: boolean }) | FileInput;
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly log: Log;
  /** Makes text for people of the next bytes of the output; without it, lines of JSON are written. */
  readonly render?: ((lines: Uint8Array) => string) | undefined;
}

export interface DaemonOptions {
  /** How many escalations the slow tiers judge at a time. */
  readonly workers: number;
  /** How many more escalations may wait. */
  readonly queue: number;
  /**
   * The lines of the input that get a line of the output. `all` is for programs that wait for their
   * answer: it is written at once.
   */
  readonly decisions?: StreamLines;
  /**
   * Whether the run ends if `output` fails before the input has ended, or goes on to enforce without
   * audit lines; `stop` by default.
   */
  readonly auditLost?: AuditLost;
  readonly graceMs?: number;
}

export interface RunResult {
  readonly totals: Totals;
  /** The error of `output` that ended the run. */
  readonly outputError?: Error;
  /** The number of audit lines that were lost because `output` failed, or was not read. */
  readonly auditLost: number;
}

/** One run over one stream of events. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #log: Log;
  readonly #input: DaemonStreams["input"];
  readonly #writer: BatchedWriter;
  readonly #queue: EscalationQueue;
  readonly #settlement: Settlement;
  readonly #leases: PolicyLeases;
  readonly #dispatcher: Dispatcher;
  readonly #history = new EscalationHistory();
  /** The number of bytes read from the input. */
  #offset = 0;
  #outputError: Error | undefined;
  #closed = false;
  /** Stops reading. */
  readonly #stop = new AbortController();

  /** The daemon owns the sentry from now on, and closes it. */
  constructor(sentry: Sentry, { input, output, log, render }: DaemonStreams, options: DaemonOptions) {
    this.#options = options;
    this.#input = input;
    this.#log = log;
    this.#leases = new PolicyLeases(sentry);
    const leases = this.#leases;
    const { decisions = "notable", auditLost = "stop" } = options;
    const semaphore = SharedSemaphore.create(options.workers + options.queue, MAX_THREADS, reserveOf(options.queue));
    this.#writer = new BatchedWriter(output, {
      render,
      waitMs: decisions === "all" ? 0 : undefined,
      // On a terminal, audit lines replace the progress line.
      beforeWrite: output.isTTY ? () => log.clear() : undefined,
      lossy: auditLost === "continue",
      failed: (error) => this.#outputFailed(error, auditLost),
      stalled: () => log.line(`warning: ${STALLED[auditLost]}`),
    });
    this.#queue = new EscalationQueue({
      leases,
      semaphore,
      workers: options.workers,
      prepare: (escalation, by) => this.#history.eventFor(escalation, by),
      settle: (escalation, outcome, by) => this.#settlement.settleEscalation(escalation, outcome, by),
    });
    this.#settlement = new Settlement({ writer: this.#writer, log, queue: this.#queue });
    this.#dispatcher = new Dispatcher({
      leases,
      semaphore,
      sink: this.#settlement,
      decisions,
      onWorkerFailed: (why) =>
        log.line(`warning: a worker thread failed, judging continues without it: ${escapeTerminal(why)}`),
    });
  }

  /** Whether the run still reads events. */
  get readsEvents(): boolean {
    return !this.#stop.signal.aborted;
  }

  /** Why the run judges no events; `undefined` if it does, or waits for the first line. */
  get problem(): string | undefined {
    if (!this.readsEvents) return "draining";
    const { isRecognized } = this.#settlement.totals;
    return isRecognized ? undefined : "nothing but malformed lines has come: stderr shows the first one";
  }

  /** The present state of the run, for metrics. */
  get observed(): Omit<Observed, "reloads"> {
    const { waiting, inFlight, agents, coalesced } = this.#queue;
    return {
      totals: this.#settlement.totals,
      policy: this.#leases.current.policy,
      queue: { waiting, inFlight, agents, coalesced, capacity: this.#options.queue },
      auditLost: this.#writer.lost,
    };
  }

  /**
   * Judges until the input ends, `signal` aborts, or the output fails. Everything read by then is
   * judged and written. At the end of the input, escalations have all the time they need. After
   * `signal` has aborted, the slow tiers and the reader of the output have limited time. Rejects
   * with the error of the input.
   */
  async run(signal: AbortSignal): Promise<RunResult> {
    const { totals } = this.#settlement;
    const stopProgress = this.#showProgress();
    const { graceMs = GRACE_MS } = this.#options;
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      this.#stop.abort();
      timers.push(setTimeout(() => this.#queue.giveUp(), graceMs));
      timers.push(setTimeout(() => this.#writer.giveUp(), graceMs + WRITE_MS));
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
      this.#closed = true;
      this.#dispatcher.close();
      this.#leases.close();
    }
    const auditLost = this.#writer.lost;
    return this.#outputError === undefined
      ? { totals, auditLost }
      : { totals, auditLost, outputError: this.#outputError };
  }

  /**
   * Judges by another sentry, which the daemon owns, as soon as all threads have loaded it. Until
   * then, the policy in force stays. One call at a time.
   */
  async usePolicy(sentry: Sentry): Promise<void> {
    await this.#dispatcher.prepare(sentry);
    if (this.#closed) return sentry.close();
    sentry.continueFrom(this.#leases.current);
    this.#leases.replace(sentry);
    this.#dispatcher.usePolicy();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    if (await this.#readLargeFile(signal)) return;
    for await (const chunk of streamChunks(this.#input, signal)) await this.#push(chunk);
  }

  /**
   * Lets a worker pool read a large file by ranges. `false` if the input is not one, or a pool
   * would not help.
   */
  async #readLargeFile(signal: AbortSignal): Promise<boolean> {
    if (!(this.#input instanceof FileInput)) return false;
    const { position, size } = this.#input;
    if (position === undefined || size - position < LARGE_FILE_BYTES) return false;
    const pool = this.#dispatcher.poolForFile();
    if (pool === undefined) return false;
    this.#history.useFile(this.#input, position);
    for (const range of this.#input.ranges(position)) {
      await pool.read(range);
      await this.#writer.ready(signal);
      this.#queue.rethrow();
      if (signal.aborted) break;
    }
    return true;
  }

  async #push(chunk: Uint8Array): Promise<void> {
    this.#offset += chunk.length;
    this.#remember(chunk);
    await this.#dispatcher.push(chunk, this.#offset);
    this.#queue.rethrow();
    await this.#writer.ready(this.#stop.signal);
  }

  /**
   * Resolves when everything read has been judged, settled and written. If judging fails, the
   * escalations that wait still get a decision and an audit line.
   */
  async #drain(): Promise<void> {
    try {
      await this.#dispatcher.finish();
    } catch (error) {
      this.#queue.giveUp();
      throw error;
    } finally {
      try {
        await this.#queue.drain();
      } finally {
        await this.#writer.flush();
      }
    }
  }

  /** Keeps a chunk for L3, if there is one. */
  #remember(chunk: Uint8Array): void {
    if (this.#leases.current.tiers.l3 === undefined) {
      this.#history.clear();
      return;
    }
    // The next chunk of a file overwrites this one.
    const kept = this.#input instanceof FileInput ? Buffer.from(chunk) : chunk;
    this.#history.remember(kept, this.#offset, this.#queue.oldestOffset);
  }

  /**
   * Without a reader for the decisions, the run ends, and waits for no escalation, unless it is to
   * go on without. What was lost after the end of the input is no reason to fail, unless the system
   * refused to write it.
   */
  #outputFailed(error: Error, auditLost: AuditLost): void {
    if (auditLost === "continue") {
      this.#log.line(`error: cannot write audit lines: ${errorText(error)}: deny-files are written without them`);
      return;
    }
    if (this.readsEvents || errnoOf(error) !== "EPIPE") this.#outputError = error;
    this.#stop.abort();
    this.#queue.giveUp();
  }

  /** No progress line if the events are typed at a terminal: it would overwrite them. */
  #showProgress(): () => void {
    const { totals } = this.#settlement;
    const typed = !(this.#input instanceof FileInput) && this.#input.isTTY;
    return typed ? () => {} : showProgress(this.#log, () => ({ events: totals.stream.events, count: totals.blocked }));
  }
}
