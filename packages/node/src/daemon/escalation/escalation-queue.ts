// The queue of escalations, and the slow tiers that judge them beside the stream.

import type { Decision, JudgedEvent } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import { AutoResetEvent } from "../../util/deferred.js";
import { FirstError } from "../../util/first-error.js";
import type { PendingEscalation } from "../batch.js";
import type { PolicyLeases } from "../judging/policy-leases.js";
import type { SharedSemaphore } from "../judging/shared-semaphore.js";

export interface QueuedEscalation extends PendingEscalation {
  /** An offset in the input: the line of the event begins before it. */
  readonly offset: number;
}

/** How an escalation was resolved. */
export interface EscalationOutcome {
  readonly decision: Decision;
  /** Whether the run ended before the tiers answered, so that the fail mode decided. */
  readonly cutShort: boolean;
}

export interface EscalationQueueOptions {
  readonly leases: PolicyLeases;
  readonly semaphore: SharedSemaphore;
  /** How many escalations are judged at a time. */
  readonly workers: number;
  /** Returns the event with what the tiers of `by` may ask for. */
  readonly prepare: (escalation: QueuedEscalation, by: Sentry) => JudgedEvent | null;
  /** Receives the outcome of each escalation once; `by` is the sentry that judged it. */
  readonly settle: (escalation: QueuedEscalation, outcome: EscalationOutcome, by: Sentry) => void;
}

/**
 * Judges escalations in their order, each by the policy in force when its judgement begins. Each
 * has exactly one outcome, after which its permit of the semaphore is released.
 */
export class EscalationQueue {
  readonly #options: EscalationQueueOptions;
  readonly #waiting: QueuedEscalation[] = [];
  readonly #inFlight = new Map<QueuedEscalation, AbortController>();
  readonly #idle = new AutoResetEvent();
  readonly #error = new FirstError();
  #givenUp = false;

  constructor(options: EscalationQueueOptions) {
    this.#options = options;
  }

  /** The number of escalations that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The number of escalations that are being judged. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** The smallest offset of the escalations that have no outcome. */
  get oldestOffset(): number | undefined {
    const offsets = [...this.#inFlight.keys(), ...this.#waiting.slice(0, 1)].map(({ offset }) => offset);
    return offsets.length === 0 ? undefined : Math.min(...offsets);
  }

  /** Adds an escalation, which holds a permit of the semaphore. */
  add(escalation: QueuedEscalation): void {
    this.#waiting.push(escalation);
    this.#advance();
  }

  /** Resolves when all escalations have an outcome. Throws the first error of `settle`. */
  async drain(): Promise<void> {
    while (this.#inFlight.size > 0 || this.#waiting.length > 0) await this.#idle.wait();
    this.rethrow();
  }

  /** Aborts the tiers: the fail mode decides all present and later escalations. */
  giveUp(): void {
    this.#givenUp = true;
    for (const controller of this.#inFlight.values()) controller.abort();
    this.#advance();
  }

  /** Throws the first error of `settle`, if there was one. */
  rethrow(): void {
    this.#error.rethrow();
  }

  #advance(): void {
    while (this.#givenUp || this.#inFlight.size < this.#options.workers) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      void this.#judge(next);
    }
    if (this.#inFlight.size === 0) this.#idle.set();
  }

  async #judge(escalation: QueuedEscalation): Promise<void> {
    const { leases, semaphore, prepare, settle } = this.#options;
    const controller = new AbortController();
    this.#inFlight.set(escalation, controller);
    if (this.#givenUp) controller.abort();
    const sentry = leases.acquire();
    try {
      const { signal } = controller;
      const judged = sentry.resolveEscalation(escalation.l1, prepare(escalation, sentry), { signal });
      const outcome = await judged.then(
        (decision) => ({ decision, cutShort: false }),
        (error: unknown) => {
          if (!signal.aborted) throw error;
          return { decision: sentry.failMode(escalation.l1), cutShort: true };
        },
      );
      settle(escalation, outcome, sentry);
    } catch (error) {
      this.#error.keep(error);
    } finally {
      this.#inFlight.delete(escalation);
      leases.release(sentry);
      semaphore.release(1);
      this.#advance();
    }
  }
}
