// Equal escalations of one agent, about which the tiers would be asked the same: they share a decision.

import { createHash } from "node:crypto";
import type { Sentry } from "../../sentry.js";
import { slowTiersOf } from "../judging/slow-tiers.js";
import type { QueuedEscalation } from "./escalation-queue.js";
import { questionOf } from "./question.js";

/** From this number on, no further escalation waits for the decision on another one. */
export const MAX_JOINED = 4096;
/** Longer audit lines are not kept for a decision on another escalation. */
const MAX_AUDIT_CHARS = 4096;

/**
 * While an escalation has no decision, later ones that are equal to it join it: they take no place
 * in the queue, and get its decision.
 */
export class EqualEscalations {
  /** Those that joined, by the key of the first. */
  readonly #joined = new Map<string, QueuedEscalation[]>();
  /** A number for each sentry: decisions of different policies are not shared. */
  readonly #sentries = new WeakMap<Sentry, number>();
  #nextSentry = 0;
  #waiting = 0;
  #total = 0;

  /** How many wait for the decision on another one. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many have joined so far. */
  get joined(): number {
    return this.#total;
  }

  /**
   * The key of an escalation that `by` would judge now; `undefined` if it may not share a decision,
   * or if too many do: without a name, nobody knows whether two events are of the same agent.
   */
  keyOf({ event, l1, head, tail }: QueuedEscalation, by: Sentry): string | undefined {
    if (event === null || event.agent === null) return undefined;
    if (this.#waiting >= MAX_JOINED || head.length + tail.length > MAX_AUDIT_CHARS) return undefined;
    const sentry = this.#sentries.get(by) ?? this.#nextSentry++;
    this.#sentries.set(by, sentry);
    const question = questionOf(l1, event, slowTiersOf(by.tiers));
    return createHash("sha256").update(`${sentry} ${question}`).digest("base64");
  }

  /**
   * Lets an escalation join the one with its key that has no decision yet. `false` if there is none:
   * then it is the one that others may join.
   */
  join(key: string, escalation: QueuedEscalation): boolean {
    const joined = this.#joined.get(key);
    if (joined === undefined) {
      this.#joined.set(key, []);
      return false;
    }
    // The event is not judged, so its text is not kept.
    joined.push({ ...escalation, event: null });
    this.#count(1);
    return true;
  }

  /** Counts escalations that joined another one of their batch. */
  joinedInBatch({ equals }: QueuedEscalation): void {
    this.#count(equals.length);
  }

  /** Counts escalations of a batch that have the decision on another one. */
  endedInBatch({ equals }: QueuedEscalation): void {
    this.#waiting -= equals.length;
  }

  #count(more: number): void {
    this.#waiting += more;
    this.#total += more;
  }

  /** Ends the sharing of a key, and returns those that joined. */
  end(key: string): readonly QueuedEscalation[] {
    const joined = this.#joined.get(key) ?? [];
    this.#joined.delete(key);
    this.#waiting -= joined.length;
    return joined;
  }
}
