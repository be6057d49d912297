// What the page and the judge's worker say to each other.

import type { Decision, Diagnostic, EventFacts, EventKind, Explanation, IncludedFile, Verdict } from "@a3s-sentry/core";
import type { Coverage, PolicyTest, TestResult } from "@a3s-sentry/core/tools";
import type { Comparison, KeptEvent, Selection, Totals } from "../replay/protocol.js";

export type PolicyFormat = "acl" | "toml";

export interface PolicyText {
  readonly text: string;
  readonly format: PolicyFormat;
  /** The files that it may include. Default: none. */
  readonly includes?: readonly Included[];
}

/** The files of a pattern of `include`; `from` is the included file that has the pattern, `null` for the policy. */
export interface Included {
  readonly pattern: string;
  readonly from: string | null;
  readonly files: readonly IncludedFile[];
}

/** A text that is put into another one. */
export interface Change {
  readonly at: number;
  readonly insert: string;
}

/** What a person put into the event panel. */
export type EventSource =
  | { readonly mode: "command"; readonly text: string }
  | { readonly mode: "form"; readonly kind: EventKind; readonly fields: Readonly<Record<string, string>> }
  | { readonly mode: "json"; readonly text: string; readonly selected: number };

/** The requests by name, each with what it takes and what it gives. */
export interface Requests extends LongRequests {
  /** Judges events by a policy. A policy with errors leaves the last valid one in force. */
  judge: { readonly takes: { policy: PolicyText; source: EventSource }; readonly gives: Judged };
  /** All problems of a policy, warnings included. Slow. */
  lint: { readonly takes: { policy: PolicyText }; readonly gives: readonly Diagnostic[] };
  /** The tests in a policy, run; `null` if the policy has errors. */
  tests: { readonly takes: { policy: PolicyText }; readonly gives: TestRun | null };
  /** A test of an event in ACL, with the decision of the policy that judges. */
  test: { readonly takes: { policy: PolicyText; event: string }; readonly gives: string };
  /** An exception in ACL for an event. */
  exception: { readonly takes: { policy: PolicyText; event: string }; readonly gives: Change };
  /** The events that the last replay has kept, of a selection. */
  select: { readonly takes: { selection: Selection }; readonly gives: readonly KeptEvent[] };
  /** Judges and masks a text that is sent to a model or comes back. */
  gate: {
    readonly takes: { policy: PolicyText; text: string; direction: Direction; answer: string };
    readonly gives: Gated | null;
  };
  /** A policy in ACL in the one style. Fails if it has a mistake of syntax. */
  format: { readonly takes: { text: string }; readonly gives: string };
  /** Texts without the secrets in them. */
  mask: { readonly takes: { texts: readonly string[] }; readonly gives: readonly string[] };
}

/** Requests that take long: they report how far they are, and can be cancelled. */
export interface LongRequests {
  replay: { readonly takes: { policy: PolicyText; source: Blob }; readonly gives: Totals };
  compare: {
    readonly takes: { before: PolicyText; after: PolicyText; source: Blob };
    readonly gives: Comparison;
  };
}

export type RequestName = keyof Requests;
export type Takes<Name extends RequestName> = Requests[Name]["takes"];
export type Gives<Name extends RequestName> = Requests[Name]["gives"];

export type Request = {
  [Name in RequestName]: { readonly id: number; readonly name: Name; readonly takes: Takes<Name> };
}[RequestName];

/** Why a request that was cancelled has no answer. */
export const CANCELLED = "cancelled";

/** Ends a long request. */
export interface Cancel {
  readonly cancel: number;
}

export interface Reply {
  readonly id: number;
  /** The answer, or why there is none. */
  readonly gives?: Gives<RequestName>;
  readonly failed?: string;
}

/** How far a long request is. */
export interface Report {
  readonly id: number;
  readonly soFar: Gives<keyof LongRequests>;
}

export type Direction = "request" | "response";

export interface Judged {
  /** Errors of the policy, warnings not yet included. */
  readonly problems: readonly Diagnostic[];
  /** The policy that judged: this one, an earlier one since this one has errors, or none. */
  readonly by: "current" | "earlier" | "none";
  /** How many rules the judging policy has of its own. */
  readonly siteRules: number;
  /** Parts of the policy that have no effect in a page. */
  readonly notes: readonly string[];
  readonly events: Events;
}

export type Events =
  | { readonly is: "nothing" }
  /** The input makes no event. `field` names the field of a form. */
  | { readonly is: "invalid"; readonly why: string; readonly field?: string }
  | { readonly is: "events"; readonly rows: readonly EventRow[]; readonly more: number; readonly shown: Shown | null };

/** One line of pasted events. */
export type EventRow =
  | { readonly is: "event"; readonly verdict: Verdict; readonly kind: EventKind; readonly subject: string }
  | { readonly is: "skipped"; readonly why: string; readonly text: string };

/** The event that is shown in full. */
export interface Shown {
  readonly explanation: Explanation;
  /** The decision with the fail mode applied: what happens without L2 and L3. */
  readonly final: Decision;
  readonly facts: EventFacts;
  readonly failClosed: boolean;
  /** The event as JSON text. */
  readonly json: string;
}

/** The tests in a policy, and how they ended. */
export interface TestRun {
  /** The text that they are in. */
  readonly policy: string;
  readonly tests: readonly RanTest[];
  /** Problems of tests, which did not run. */
  readonly problems: readonly Diagnostic[];
  readonly coverage: Coverage;
}

export interface RanTest extends Pick<PolicyTest, "name" | "span" | "event" | "file"> {
  readonly outcome: TestResult["outcome"];
  /** Why it did not pass, one sentence each. */
  readonly reasons: readonly string[];
  /** Absent if its event is not one. */
  readonly decision?: Decision;
}

export interface Gated {
  readonly decision: Decision;
  readonly masked: string;
  /** The answer with the secrets in place of their placeholders. */
  readonly restored: string;
  readonly finds: readonly Find[];
}

/** A secret in a text; offsets in UTF-16 units. */
export interface Find {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly placeholder: string;
}
