// Where escalations wait for the slow tiers, a few of which judge at a time, beside the stream.

import type { Decision, JudgedEvent } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import type { Escalated } from "../judging/line-judge.js";
import type { Sentries } from "../judging/policy-leases.js";
import type { Slots } from "../judging/shared-semaphore.js";

/** An escalation, and a place in the input behind the beginning of its line. */
export interface Waiting extends Escalated {
  readonly place: number;
}

/** What became of an escalation. */
export interface Verdict {
  readonly decision: Decision;
  /** Whether the run ended before the tiers could answer, so that the fail mode decided. */
  readonly cutShort: boolean;
}

export interface DeskOptions {
  readonly sentries: Sentries;
  readonly slots: Slots;
  /** How many judge at a time. */
  readonly workers: number;
  /** The event with what the tiers of `sentry` may ask for beside it. */
  readonly complete: (waiting: Waiting, sentry: Sentry) => JudgedEvent | null;
  /** Takes each outcome, by the sentry that judged. */
  readonly settle: (waiting: Waiting, verdict: Verdict, sentry: Sentry) => void;
}

/**
 * Takes escalations that have a slot, and judges them in their order by the sentry that is in force when each begins.
 * Each is settled once, whatever happens, and its slot given back then.
 */
export class Desk {
  readonly #options: DeskOptions;
  readonly #waiting: Waiting[] = [];
  readonly #inWork = new Map<Waiting, AbortController>();
  #closing = false;
  #idle = (): void => {};
  #fault: { readonly error: unknown } | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many are being judged. */
  get inWork(): number {
    return this.#inWork.size;
  }

  /** The place of the escalation that came first of those that are not settled. */
  get oldestPlace(): number | undefined {
    const places = [...this.#inWork.keys(), ...this.#waiting.slice(0, 1)].map(({ place }) => place);
    return places.length === 0 ? undefined : Math.min(...places);
  }

  add(escalation: Waiting): void {
    this.#waiting.push(escalation);
    this.#advance();
  }

  /** Resolves once nothing waits and nothing is being judged. Throws what went wrong when an outcome was settled. */
  async empty(): Promise<void> {
    while (this.#inWork.size > 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.throwFault();
  }

  /** Gives up on the tiers: what is here, and what comes from now on, takes the fail mode. */
  giveUp(): void {
    this.#closing = true;
    for (const controller of this.#inWork.values()) controller.abort();
    this.#advance();
  }

  throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  #advance(): void {
    while (this.#closing || this.#inWork.size < this.#options.workers) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      void this.#judge(next);
    }
    if (this.#inWork.size === 0) this.#idle();
  }

  async #judge(waiting: Waiting): Promise<void> {
    const { sentries, slots, complete, settle } = this.#options;
    const controller = new AbortController();
    this.#inWork.set(waiting, controller);
    if (this.#closing) controller.abort();
    const sentry = sentries.hold();
    try {
      const { signal } = controller;
      const judged = sentry.resolveEscalation(waiting.l1, complete(waiting, sentry), { signal });
      const verdict = await judged.then(
        (decision) => ({ decision, cutShort: false }),
        (error: unknown) => {
          if (!signal.aborted) throw error;
          return { decision: sentry.failMode(waiting.l1), cutShort: true };
        },
      );
      settle(waiting, verdict, sentry);
    } catch (error) {
      this.#fault ??= { error };
    } finally {
      this.#inWork.delete(waiting);
      sentries.release(sentry);
      slots.give(1);
      this.#advance();
    }
  }
}
