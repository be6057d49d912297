// One line of a stream that needs attention.

import type { Decision } from "../decision.js";
import type { JudgedEvent } from "../pipeline/judge.js";

/** A line whose decision is anything but a plain allow: a block, an escalation, or a severity above info. */
export interface StreamItem {
  /** L1's decision. An escalation goes on with `sentry.escalate(decision, event)`. */
  readonly decision: Decision;
  /**
   * The event, fetched at the first reading. That must come before the stream goes on (`push`, `end`, `switchTo`, `close`):
   * later it throws an `Error`. `null` where the rule engine failed.
   */
  readonly event: JudgedEvent | null;
}

/** An item that fetches its event once, when asked. */
export class LazyItem implements StreamItem {
  readonly decision: Decision;
  #fetch: (() => JudgedEvent | null) | undefined;
  #event: JudgedEvent | null = null;

  constructor(decision: Decision, fetch: () => JudgedEvent | null) {
    this.decision = decision;
    this.#fetch = fetch;
  }

  get event(): JudgedEvent | null {
    if (this.#fetch !== undefined) {
      this.#event = this.#fetch();
      this.#fetch = undefined;
    }
    return this.#event;
  }
}
