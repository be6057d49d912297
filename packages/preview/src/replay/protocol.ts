// What a replay gives: totals while it runs, and the events that it has kept.

import type { EventKind, Verdict } from "@a3s-sentry/core";

/** How many events of a part of the stream have each verdict. */
export type Counts = Readonly<Record<Verdict, number>>;

export interface RuleHits {
  /** Absent for the decisions of the default. */
  readonly name: string | undefined;
  readonly origin: "site" | "builtin";
  readonly verdict: Verdict;
  readonly hits: number;
}

export interface NameHits {
  readonly name: string;
  readonly hits: number;
}

/** The lists of the most frequent names among what is blocked or escalated. */
export const TOPS = ["programs", "hosts", "paths"] as const;
export type Top = (typeof TOPS)[number];

/** How far a file is read. */
export interface Progress {
  readonly read: number;
  readonly size: number;
  readonly milliseconds: number;
  readonly isComplete: boolean;
}

export interface Totals extends Progress {
  readonly lines: number;
  /** Lines that are events; the others are not judged. */
  readonly events: number;
  readonly counts: Counts;
  /** The parts of the stream, in order, of equal length in bytes. */
  readonly parts: readonly Counts[];
  /** How many parts there will be. */
  readonly partCount: number;
  readonly rules: readonly RuleHits[];
  readonly tops: Readonly<Record<Top, readonly NameHits[]>>;
}

/** Which events to show. */
export type Selection =
  | { readonly by: "part"; readonly part: number }
  | { readonly by: "rule"; readonly rule: string | undefined }
  | { readonly by: Top; readonly name: string };

/** An event that was kept: one that is not allowed, or that a rule allows. */
export interface KeptEvent {
  readonly kind: EventKind;
  readonly verdict: Verdict;
  readonly rule: string | undefined;
  readonly subject: string;
  readonly json: string;
}

/** What one policy decides of an event. */
export interface Said {
  readonly verdict: Verdict;
  readonly rule: string | undefined;
}

/** An event that two policies decide differently. */
export interface Change {
  /** The number of the line, from 1. */
  readonly line: number;
  readonly kind: EventKind;
  readonly subject: string;
  readonly json: string;
  readonly before: Said;
  readonly after: Said;
}

export interface Comparison extends Progress {
  readonly events: number;
  /** Events whose verdict or rule differs. */
  readonly changed: number;
  /** By verdicts, such as `allow>block`, how many events changed. */
  readonly moves: Readonly<Record<string, number>>;
  /** The first of the changed events. */
  readonly changes: readonly Change[];
}
