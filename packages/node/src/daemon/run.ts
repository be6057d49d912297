// The daemon: events in, decisions to deny-files and audit lines.

import type { Readable, Writable } from "node:stream";
import type { Decision, EventStream, StreamCounters, StreamItem } from "@a3s-sentry/core";
import { EnforceError } from "../enforcer/error.js";
import type { Sentry } from "../sentry.js";
import { visible } from "../visible.js";
import { auditLine, type Outcome } from "./audit.js";
import { chunks } from "./chunks.js";
import type { Log } from "./log.js";
import { Output } from "./output.js";
import { showProgress } from "./progress.js";
import { Totals } from "./totals.js";

export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly log: Log;
}

/** What a run came to. */
export interface Result {
  readonly totals: Totals;
  readonly counters: StreamCounters;
  /** Why `output` took no more, which ended the run. */
  readonly outputError?: Error;
}

/** One run over one stream of events. */
export class Daemon {
  readonly #totals = new Totals();
  readonly #told = new Set<string>();
  readonly #log: Log;
  readonly #input: Streams["input"];
  readonly #output: Output;
  readonly #outputIsTerminal: boolean;
  readonly #stream: EventStream;
  #sentry: Sentry;

  /** The sentry belongs to the daemon from here on, which closes it. */
  constructor(sentry: Sentry, { input, output, log }: Streams) {
    this.#sentry = sentry;
    this.#stream = sentry.createStream();
    this.#input = input;
    this.#output = new Output(output);
    this.#outputIsTerminal = output.isTTY === true;
    this.#log = log;
  }

  /**
   * Judges until the input ends, `signal` aborts, or the output fails; what was read by then is judged and written out.
   * Rejects with the input's error.
   */
  async run(signal: AbortSignal): Promise<Result> {
    const counts = () => ({ events: this.#stream.counters.events, blocked: this.#totals.blocked });
    // Where somebody types the events, a progress line would be written over them.
    const stopProgress = this.#input.isTTY ? () => {} : showProgress(this.#log, counts);
    try {
      for await (const chunk of chunks(this.#input, signal)) {
        await this.#take(this.#stream.push(chunk), this.#input.readableLength === 0);
        if (this.#output.error !== undefined) break;
      }
      await this.#take(this.#stream.end(), true);
    } finally {
      stopProgress();
      this.#stream.close();
      this.#sentry.close();
    }
    const { error } = this.#output;
    const result = { totals: this.#totals, counters: this.#stream.counters };
    return error === undefined ? result : { ...result, outputError: error };
  }

  /** Goes on by another sentry, which belongs to the daemon then. Not to be called while it handles a chunk. */
  replace(sentry: Sentry): void {
    this.#stream.switchTo(sentry);
    this.#sentry.close();
    this.#sentry = sentry;
  }

  async #take(items: readonly StreamItem[], idle: boolean): Promise<void> {
    for (const item of items) this.#settle(item);
    if (this.#outputIsTerminal && items.length > 0) this.#log.clear();
    await this.#output.settle(idle);
  }

  /** What comes after L1. With no slow tier an escalation takes the fail mode, here and now. */
  #settle({ decision: l1, event }: StreamItem): void {
    const decision = this.#sentry.failMode(l1);
    this.#totals.count(decision);
    this.#output.add(auditLine(decision, event, this.#enforce(decision)));
  }

  #enforce(decision: Decision): Outcome {
    try {
      const enforced = this.#sentry.enforce(decision);
      if (enforced === null) return {};
      this.#totals.enforced += 1;
      return { enforced };
    } catch (error) {
      if (!(error instanceof EnforceError)) throw error;
      this.#totals.enforceFailed += 1;
      if (!this.#told.has(error.message)) this.#log.line(`error: ${visible(error.message)}`);
      this.#told.add(error.message);
      return { enforceError: error.message };
    }
  }
}
