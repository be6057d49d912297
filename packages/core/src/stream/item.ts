// One line of a stream that needs attention.

import type { Decision } from "../decision/decision.js";
import type { Row } from "../engine/rows.js";
import type { JudgedEvent } from "../pipeline/tier.js";

/**
 * A line whose decision is anything but a plain allow of L1: a block, an escalation, a severity above info, or whatever the
 * SAE tier decides.
 */
export interface StreamItem {
  /** L1's decision, or the SAE tier's. An escalation goes on with `sentry.resolveEscalation(decision, event)`. */
  readonly decision: Decision;
  /**
   * The decision without its target: one and the same object for all events of a rule, a kind and an evidence. The SAE tier
   * decides each event on its own.
   */
  readonly shared: Decision;
  /** What the decision's action denies, as a JSON text, escaped as `head` is; empty where there is no action. */
  readonly target: string;
  /**
   * What an audit line says of the event: the members `"agent":…,"event":…,"subject":…` of a JSON object, the subject cut
   * to 300 bytes, in which no character can harm a terminal or end a line. Empty where the rule engine failed.
   */
  readonly head: string;
  /**
   * The event, fetched at the first reading. That must come before the stream goes on (`push`, `end`, `switchTo`, `close`):
   * later it throws an `Error`. `null` where the rule engine failed.
   */
  readonly event: JudgedEvent | null;
}

/** What an item asks for when it is read. */
export interface ItemSource {
  decisionOf(row: Row): Decision;
  /** `turn` is the one in which the item came out. */
  eventOf(row: Row, turn: number): JudgedEvent | null;
}

/** An item that makes its decision, and fetches its event, once, when asked. */
export class LazyItem implements StreamItem {
  readonly shared: Decision;
  readonly target: string;
  readonly #source: ItemSource;
  readonly #row: Row;
  readonly #turn: number;
  #decision: Decision | undefined;
  #event: JudgedEvent | null | undefined;

  /** `target` is empty where the rule denies nothing. */
  constructor(shared: Decision, target: string, source: ItemSource, row: Row, turn: number) {
    this.shared = shared;
    this.target = target;
    this.#source = source;
    this.#row = row;
    this.#turn = turn;
  }

  get head(): string {
    return this.#row.head;
  }

  get decision(): Decision {
    this.#decision ??= this.target === "" ? this.shared : this.#source.decisionOf(this.#row);
    return this.#decision;
  }

  get event(): JudgedEvent | null {
    if (this.#event === undefined) this.#event = this.#source.eventOf(this.#row, this.#turn);
    return this.#event;
  }
}
