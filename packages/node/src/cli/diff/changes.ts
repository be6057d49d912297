// Counts the events that two policies decide differently, by the rules that decide.

import type { Decision, Sentry, Verdict } from "@a3s-sentry/core";
import type { JudgedBlock } from "./judge-threads.js";

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
  /** By who judged, the group of each pair of decisions, by its number; `null` if both are equal. */
  readonly #pairs = new Map<object, (Group | null)[]>();
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

  /** Adds a block of lines that `judge` has judged. */
  add({ lines, compared: { numbers, added } }: JudgedBlock, judge: object): void {
    const groups = this.#pairs.get(judge) ?? [];
    this.#pairs.set(judge, groups);
    for (const { before, after } of added) groups.push(this.#groupOf(said(before), said(after)));
    let start = 0;
    let at = 0;
    for (let index = 0; index < numbers.length; index++) {
      const number = numbers[index] ?? 0;
      if (number === 0) continue;
      this.events += 1;
      const group = groups[number - 1] ?? null;
      if (group === null) continue;
      this.changed += 1;
      group.count += 1;
      if (group.samples.length >= MAX_SAMPLES) continue;
      for (; at < index; at++) start = lines.indexOf(NEWLINE, start) + 1;
      const end = lines.indexOf(NEWLINE, start);
      const line = lines.subarray(start, end < 0 ? lines.length : end);
      (group.samples as Sample[]).push({ line: this.lines + index + 1, event: this.#shown(line) });
    }
    this.lines += numbers.length;
  }

  #groupOf(before: Said, after: Said): Group | null {
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

function said(decision: Decision | null): Said {
  const { verdict = "allow", rule, severity = "info" } = decision ?? {};
  return { verdict, ...(rule !== undefined && { rule }), severity };
}
