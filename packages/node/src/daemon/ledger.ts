// What comes after judging: deny-files, then audit lines, in the order of the stream.

import { Buffer } from "node:buffer";
import type { Action } from "@a3s-sentry/core";
import { EnforceError } from "../enforcer/error.js";
import type { Sentry } from "../sentry.js";
import { visible } from "../visible.js";
import { type Outcome, outcomeText } from "./audit.js";
import type { Batch } from "./clerk.js";
import type { Log } from "./log.js";
import type { Output } from "./output.js";
import { Totals } from "./totals.js";

/** Settles batches, which must come in order. */
export class Ledger {
  readonly totals = new Totals();
  readonly #output: Output;
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(output: Output, log: Log) {
    this.#output = output;
    this.#log = log;
  }

  /** `sentry` is the one that the batch was judged by. */
  settle(batch: Batch, sentry: Sentry): void {
    this.totals.count(batch);
    const { lines, due } = batch;
    let from = 0;
    for (const { at, action } of due) {
      const text = outcomeText(this.#enforce(action, sentry));
      if (text === "") continue;
      this.#output.add(lines.subarray(from, at));
      this.#output.add(Buffer.from(text));
      from = at;
    }
    this.#output.add(lines.subarray(from));
  }

  #enforce(action: Action, sentry: Sentry): Outcome {
    try {
      const enforced = sentry.enforce({ verdict: "block", action });
      if (enforced === null) return {};
      this.totals.enforced += 1;
      return { enforced };
    } catch (error) {
      if (!(error instanceof EnforceError)) throw error;
      this.totals.enforceFailed += 1;
      if (!this.#told.has(error.message)) this.#log.line(`error: ${visible(error.message)}`);
      this.#told.add(error.message);
      return { enforceError: error.message };
    }
  }
}
