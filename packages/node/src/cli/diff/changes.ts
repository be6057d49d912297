// Counts the events that two policies decide differently, by the rules that decide.

import type { Decision, Sentry, Verdict } from "@a3s-sentry/core";
import type { Judged } from "./known-decisions.js";

const NEWLINE = 0x0a;
/** The most events that are shown of each group. */
const MAX_SAMPLES = 3;

const STRENGTH: Readonly<Record<Verdict, number>> = { allow: 0, escalate: 1, block: 2 };

/** Whether the new policy is stricter with an event; `other` if only the rule or severity changes. */
export type Direction = "weaker" | "stricter" | "other";

/** An event that is decided differently. */
export interface Sample {
  /** The number of its line in all inputs together, from 1. */
  readonly line: number;
  /** Members of a JSON object, with secrets masked: `"agent":…,"event":…,"subject":…`. */
  readonly event: string;
}

/** Events with the same old and the same new decision. */
export interface Group {
  readonly direction: Direction;
  readonly before: Said;
  readonly after: Said;
  readonly samples: readonly Sample[];
  count: number;
}

/** The part of a decision that is compared. */
export type Said = Pick<Decision, "verdict" | "rule" | "severity">;

/** The changes of a stream so far. Memory depends on the number of rules, not on that of events. */
export class Changes {
  readonly #sentry: Sentry;
  readonly #before: Decision[] = [];
  readonly #after: Decision[] = [];
  /** By the numbers of both decisions; `null` if they are equal. */
  readonly #pairs = new Map<number, Group | null>();
  readonly #groups = new Map<string, Group>();
  lines = 0;
  events = 0;
  changed = 0;

  /** `sentry` masks the secrets of samples. */
  constructor(sentry: Sentry) {
    this.#sentry = sentry;
  }

  /** The groups, weaker ones first, then by their counts. */
  get groups(): readonly Group[] {
    const order: readonly Direction[] = ["weaker", "stricter", "other"];
    return [...this.#groups.values()].sort(
      (a, b) => order.indexOf(a.direction) - order.indexOf(b.direction) || b.count - a.count,
    );
  }

  /** Adds a block of lines with its decisions by both policies. */
  add(lines: Uint8Array, before: Judged, after: Judged): void {
    this.#before.push(...before.added);
    this.#after.push(...after.added);
    let start = 0;
    let at = 0;
    for (let index = 0; index < before.indexes.length; index++) {
      const [was, is] = [before.indexes[index] ?? 0, after.indexes[index] ?? 0];
      if (was === 0 && is === 0) continue;
      this.events += 1;
      const group = this.#groupOf(was, is);
      if (group === null) continue;
      this.changed += 1;
      group.count += 1;
      if (group.samples.length >= MAX_SAMPLES) continue;
      for (; at < index; at++) start = lines.indexOf(NEWLINE, start) + 1;
      const end = lines.indexOf(NEWLINE, start);
      const line = lines.subarray(start, end < 0 ? lines.length : end);
      (group.samples as Sample[]).push({ line: this.lines + index + 1, event: this.#shown(line) });
    }
    this.lines += before.indexes.length;
  }

  #groupOf(was: number, is: number): Group | null {
    const pair = was * 0x1_0000_0000 + is;
    let group = this.#pairs.get(pair);
    if (group === undefined) {
      group = this.#newGroup(said(this.#before[was - 1]), said(this.#after[is - 1]));
      this.#pairs.set(pair, group);
    }
    return group;
  }

  #newGroup(before: Said, after: Said): Group | null {
    const key = JSON.stringify([before, after]);
    if (JSON.stringify(before) === JSON.stringify(after)) return null;
    const strength = STRENGTH[after.verdict] - STRENGTH[before.verdict];
    const direction = strength < 0 ? "weaker" : strength > 0 ? "stricter" : "other";
    const group = this.#groups.get(key) ?? { direction, before, after, samples: [], count: 0 };
    this.#groups.set(key, group);
    return group;
  }

  #shown(line: Uint8Array): string {
    const stream = this.#sentry.createStream({ lines: "all" });
    try {
      const [item] = [...stream.push(line), ...stream.end()];
      return item !== undefined && "head" in item ? item.head : "";
    } finally {
      stream.close();
    }
  }
}

function said(decision: Decision | undefined): Said {
  const { verdict = "allow", rule, severity = "info" } = decision ?? {};
  return { verdict, ...(rule !== undefined && { rule }), severity };
}
