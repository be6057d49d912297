// The queue of escalations, and the slow tiers that judge them beside the stream.

import type { Decision, JudgedEvent } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import { AutoResetEvent } from "../../util/deferred.js";
import { FirstError } from "../../util/first-error.js";
import type { Degraded } from "../audit/audit-line.js";
import type { PendingEscalation } from "../batch.js";
import type { PolicyLeases } from "../judging/policy-leases.js";
import type { SharedSemaphore } from "../judging/shared-semaphore.js";
import { isUrgent } from "../judging/slow-tiers.js";
import { EqualEscalations } from "./equal-escalations.js";
import { type FairEntry, FairQueue } from "./fair-queue.js";

export interface QueuedEscalation extends PendingEscalation {
  /** An offset in the input: the line of the event begins before it. */
  readonly offset: number;
}

/** How an escalation was resolved. */
export interface EscalationOutcome {
  readonly decision: Decision;
  /** Why the fail mode decided before the tiers answered, if it did. */
  readonly degraded: Degraded | undefined;
}

export interface EscalationQueueOptions {
  readonly leases: PolicyLeases;
  /** Its permits are the places of the queue, and of the workers. */
  readonly semaphore: SharedSemaphore;
  /** How many escalations are judged at a time. */
  readonly workers: number;
  /** Returns the event with what the tiers of `by` may ask for. */
  readonly prepare: (escalation: QueuedEscalation, by: Sentry) => JudgedEvent | null;
  /** Receives the outcome of each escalation once; `by` is the sentry that judged it. */
  readonly settle: (escalation: QueuedEscalation, outcome: EscalationOutcome, by: Sentry) => void;
}

/** An escalation that waits or is judged. */
class Entry implements FairEntry {
  readonly escalation: QueuedEscalation;
  readonly agent: string | null;
  readonly urgent: boolean;
  readonly weight: number;
  /** The key that equal escalations share, if they may share a decision. */
  readonly key: string | undefined;

  constructor(escalation: QueuedEscalation, key: string | undefined) {
    this.escalation = escalation;
    this.agent = escalation.event?.agent ?? null;
    this.urgent = isUrgent(escalation.l1.severity);
    this.weight = escalation.permit.weight;
    this.key = key;
  }
}

/**
 * Judges escalations of all agents in turn, and those of one agent in their order, urgent ones
 * first. Each is judged by the policy in force when its judgement begins. Each has exactly one
 * outcome, after which its permit of the semaphore is released.
 *
 * If more weight is queued than the semaphore has permits, or more that is not urgent than it has
 * beside the reserve, the fail mode decides the newest of the agent that has the most.
 */
export class EscalationQueue {
  readonly #options: EscalationQueueOptions;
  readonly #waiting = new FairQueue<Entry>();
  /** Aborts the tiers of each; most escalations of an overload never need a controller. */
  readonly #inFlight = new Map<Entry, AbortController>();
  /** The weight of what is judged, and of that the part that is not urgent. */
  readonly #judged = { weight: 0, otherWeight: 0 };
  readonly #equal = new EqualEscalations();
  readonly #idle = new AutoResetEvent();
  readonly #error = new FirstError();
  #givenUp = false;

  constructor(options: EscalationQueueOptions) {
    this.#options = options;
  }

  /** The number of escalations that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The number of escalations that are being judged. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** The number of agents with an escalation that waits. */
  get agents(): number {
    return this.#waiting.agents;
  }

  /** The number of escalations that were resolved by the decision on an equal one. */
  get coalesced(): number {
    return this.#equal.joined;
  }

  /** The smallest offset of the escalations that have no outcome. */
  get oldestOffset(): number | undefined {
    let oldest: number | undefined;
    for (const entries of [this.#inFlight.keys(), this.#waiting.oldest()]) {
      for (const { escalation } of entries) oldest = Math.min(escalation.offset, oldest ?? escalation.offset);
    }
    return oldest;
  }

  /** Adds an escalation, which holds a permit of the semaphore. */
  add(escalation: QueuedEscalation): void {
    const { leases, semaphore } = this.#options;
    const key = this.#equal.keyOf(escalation, leases.current);
    this.#equal.joinedInBatch(escalation);
    if (key !== undefined && this.#equal.join(key, escalation)) {
      semaphore.release(escalation.permit);
      semaphore.joined = this.#equal.waiting;
      return;
    }
    semaphore.joined = this.#equal.waiting;
    this.#waiting.add(new Entry(escalation, key));
    this.#advance();
    this.#evict();
  }

  /** Resolves when all escalations have an outcome. Throws the first error of `settle`. */
  async drain(): Promise<void> {
    while (this.#inFlight.size > 0 || this.#waiting.size > 0) await this.#idle.wait();
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
      const next = this.#waiting.next();
      if (next === undefined) break;
      void this.#judge(next);
    }
    if (this.#inFlight.size === 0) this.#idle.set();
  }

  /** Resolves escalations by the fail mode while too many are queued. */
  #evict(): void {
    const { leases, semaphore } = this.#options;
    const { total, reserve } = semaphore;
    for (;;) {
      const weight = this.#waiting.weight + this.#judged.weight;
      const otherWeight = this.#waiting.otherWeight + this.#judged.otherWeight;
      const victim =
        otherWeight > total - reserve
          ? this.#waiting.evict("others")
          : weight > total
            ? this.#waiting.evict("any")
            : undefined;
      if (victim === undefined) return;
      const decision = leases.current.failMode(victim.escalation.l1);
      this.#error.capture(() => this.#settle(victim, { decision, degraded: "overload" }, leases.current));
      semaphore.release(victim.escalation.permit);
    }
  }

  async #judge(entry: Entry): Promise<void> {
    const { leases, semaphore, prepare } = this.#options;
    const { escalation } = entry;
    const controller = new AbortController();
    if (this.#givenUp) controller.abort();
    const sentry = leases.acquire();
    this.#inFlight.set(entry, controller);
    this.#count(entry, 1);
    try {
      const { signal } = controller;
      const judged = sentry.resolveEscalation(escalation.l1, prepare(escalation, sentry), { signal });
      const outcome = await judged.then(
        (decision): EscalationOutcome => ({ decision, degraded: undefined }),
        (error: unknown): EscalationOutcome => {
          if (!signal.aborted) throw error;
          return { decision: sentry.failMode(escalation.l1), degraded: "shutdown" };
        },
      );
      this.#settle(entry, outcome, sentry);
    } catch (error) {
      this.#error.keep(error);
    } finally {
      this.#inFlight.delete(entry);
      this.#count(entry, -1);
      leases.release(sentry);
      semaphore.release(escalation.permit);
      this.#advance();
    }
  }

  #count({ weight, urgent }: Entry, sign: 1 | -1): void {
    this.#judged.weight += sign * weight;
    if (!urgent) this.#judged.otherWeight += sign * weight;
  }

  /** Passes the outcome on, for the escalation and for those that joined it. */
  #settle({ escalation, key }: Entry, outcome: EscalationOutcome, by: Sentry): void {
    const { settle, semaphore } = this.#options;
    const all = [escalation, ...(key === undefined ? [] : this.#equal.end(key))];
    for (const each of all) this.#equal.endedInBatch(each);
    semaphore.joined = this.#equal.waiting;
    for (const each of all) {
      settle(each, outcome, by);
      for (const equal of each.equals) settle({ ...each, ...equal }, outcome, by);
    }
  }
}
