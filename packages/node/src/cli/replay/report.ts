// What a replay found: the data behind the text, the JSON and the page.

import type { Severity } from "@a3s-sentry/core";
import type { Format } from "./recorded.js";

/** A line of a transcript. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What would have become of a call, a text or an event. */
export type Outcome = "stopped" | "asked";

/** Something that would have been stopped or asked. Its texts have no secrets. */
export interface Sample extends Place {
  /** What it is: the tool of a call, the kind of an event, or a text to or from the model. */
  readonly what: string;
  /** The subject that the rules matched, or the part of a text that they matched. */
  readonly subject: string;
}

/** Everything that the same rule would have stopped or asked about, for the same reason. */
export interface RuleReport {
  readonly outcome: Outcome;
  /** `null` if no rule decided, such as for an event that is too long. */
  readonly rule: string | null;
  readonly severity: Severity;
  readonly reason: string;
  readonly count: number;
  /** The first ones with different subjects. */
  readonly samples: readonly Sample[];
}

/** Secrets of one kind that would have been masked, by where they were. */
export interface SecretReport {
  readonly kind: string;
  readonly prompts: number;
  readonly calls: number;
  readonly results: number;
  readonly first: Place;
}

/** What one session, or all of them, would have met. */
export interface Counts {
  calls: number;
  prompts: number;
  results: number;
  events: number;
  stopped: number;
  asked: number;
  masked: number;
}

export interface SessionReport extends Readonly<Counts> {
  readonly file: string;
  readonly format: Format;
  /** Its id, if it has one. */
  readonly session: string | null;
  /** The gravest of what would have been stopped, or else asked. */
  readonly worst: Place | null;
}

/** Lines that were not judged. */
export interface Skipped {
  readonly count: number;
  readonly first: Place | null;
}

export interface ReplayReport {
  /** The policy file; `null` for the built-in rules alone. */
  readonly policy: string | null;
  readonly files: number;
  readonly lines: number;
  readonly totals: Readonly<Counts>;
  /** The worst first. */
  readonly rules: readonly RuleReport[];
  /** The most frequent first. */
  readonly secrets: readonly SecretReport[];
  /** The worst first, 1,000 at most. */
  readonly sessions: readonly SessionReport[];
  /** All sessions, also those that are not listed. */
  readonly sessionCount: number;
  readonly skipped: { readonly unknown: Skipped; readonly tooLong: Skipped };
  readonly unreadable: readonly { readonly file: string; readonly why: string }[];
}
