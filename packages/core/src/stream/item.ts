// The lines that a stream returns.

import type { Decision, TargetFrom } from "../decision/decision.js";
import { OVERSIZED_EVENT } from "../decision/l1-decisions.js";
import { isSameLine, isUnmodelled, targetFrom } from "../engine/judgement-code.js";
import type { Row } from "../engine/rows.js";
import type { JudgedEvent } from "../pipeline/tier.js";

/**
 * The lines that a stream returns: `notable` ones, whose decision is not a plain allow of L1 (a
 * block, an escalation, a severity above info, or any decision of the SAE tier), or `all`.
 */
export type StreamLines = "notable" | "all";

/** An item of a stream that returns all lines: an event, or a line that is not judged. */
export type StreamLine = StreamItem | SkippedLine;

/** A line with an event, or one that is too long, and its decision. */
export interface StreamItem {
  /**
   * The decision of L1 or the SAE tier. Resolve an escalation with
   * `sentry.resolveEscalation(decision, event)`.
   */
  readonly decision: Decision;
  /**
   * The decision without its target. All events with the same rule, kind and evidence share one
   * object; the SAE tier makes a new one for each event.
   */
  readonly shared: Decision;
  /**
   * The target of the decision's action, as JSON text that is safe to print; empty if there is no
   * action.
   */
  readonly target: string;
  /**
   * How the target is known, as `decision.targetFrom`; `undefined` without a target, and for one
   * that a site rule asks to deny.
   */
  readonly targetFrom: TargetFrom | undefined;
  /**
   * The event for an audit line: the members `"agent":…,"event":…,"subject":…` of a JSON object.
   * The subject is cut to 300 bytes, and no character can control a terminal or end a line. A line
   * that is too long has no `"event"`, and its subject is its beginning. Empty if the rule engine
   * failed.
   */
  readonly head: string;
  /**
   * The labels of the event for an audit line: the members `"id":…,"pid":…,"session":…,"task":…` of
   * a JSON object, those that the event has, as safe to print as {@link head}. Empty if the rule
   * engine failed.
   */
  readonly tail: string;
  /**
   * The event, fetched when it is first read. Read it before the next `push`, `end`, `switchTo` or
   * `close`: afterwards it throws an `Error`. `null` if the rule engine failed, or if the line is
   * too long.
   */
  readonly event: JudgedEvent | null;
  /** Whether it is from the line of the item before: a damaged line can hold several events. */
  readonly sameLine: boolean;
  /** The length of its text in bytes. */
  readonly bytes: number;
}

/** A line that is not judged. */
export interface SkippedLine {
  readonly skipped: "malformed" | "unmodelled";
  /** Why it is not judged, as `sentry.whyNotAnEvent` says it; empty if there is nothing to say. */
  readonly why: string;
  /** The labels of the line, as those of a {@link StreamItem}, without a pid. */
  readonly tail: string;
  /** As that of a {@link StreamItem}. */
  readonly sameLine: boolean;
}

/** A line that is not judged although it may have been meant to be. */
export interface SkippedSample {
  /** The number of the line in the stream, from 1. */
  readonly line: number;
  readonly skipped: "malformed" | "unmodelled";
  /** Why it is not judged, as `sentry.whyNotAnEvent` says it. */
  readonly why: string;
  /** How the line begins, without its secrets. */
  readonly text: string;
}

/** A line that is not judged, by its code. `why` is empty if there is nothing to say. */
export function skippedLine(code: number, why: string, tail: string): SkippedLine {
  return { skipped: isUnmodelled(code) ? "unmodelled" : "malformed", why, tail, sameLine: isSameLine(code) };
}

/** A line that is too long to be judged. */
export function oversizedItem({ head, tail }: Pick<Row, "head" | "tail">): StreamItem {
  const decision = OVERSIZED_EVENT;
  return {
    decision,
    shared: decision,
    target: "",
    targetFrom: undefined,
    head,
    tail,
    event: null,
    sameLine: false,
    bytes: 0,
  };
}

/** Where an item gets its decision and event from. */
export interface ItemSource {
  decisionOf(row: Row): Decision;
  /** `generation` is the stream's generation that returned the item. */
  eventOf(row: Row, generation: number): JudgedEvent | null;
}

/** An item that gets its decision and event once, when they are first read. */
export class LazyItem implements StreamItem {
  readonly shared: Decision;
  readonly target: string;
  readonly #source: ItemSource;
  readonly #row: Row;
  readonly #generation: number;
  #decision: Decision | undefined;
  #event: JudgedEvent | null | undefined;

  /** `target` is empty if the rule denies nothing. */
  constructor(shared: Decision, target: string, source: ItemSource, row: Row, generation: number) {
    this.shared = shared;
    this.target = target;
    this.#source = source;
    this.#row = row;
    this.#generation = generation;
  }

  get head(): string {
    return this.#row.head;
  }

  get tail(): string {
    return this.#row.tail;
  }

  get targetFrom(): TargetFrom | undefined {
    return this.target === "" ? undefined : targetFrom(this.#row.code);
  }

  get bytes(): number {
    return this.#row.length;
  }

  get sameLine(): boolean {
    return isSameLine(this.#row.code);
  }

  get decision(): Decision {
    this.#decision ??= this.target === "" ? this.shared : this.#source.decisionOf(this.#row);
    return this.#decision;
  }

  get event(): JudgedEvent | null {
    if (this.#event === undefined) this.#event = this.#source.eventOf(this.#row, this.#generation);
    return this.#event;
  }
}
