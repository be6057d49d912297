// The protocol of the resident judge: one JSON request a line, one JSON answer a line.
//
// Part of what a hook loads before it judges: it imports types alone.

import type { GuardOutcome, ToolCallInput } from "@a3s-sentry/core";

/** The version of requests and answers. A judge refuses others. */
export const PROTOCOL = 1;

/** The largest request, in bytes, without its newline. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** The largest answer, in bytes. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** Who asks. Nothing of it is proved: a caller with the same user could write anything. */
export interface Asker {
  readonly agent?: string;
  readonly session?: string;
  /** The folder that the agent works in. */
  readonly cwd?: string;
  readonly host?: string;
  /** Whether the host itself shows an outcome `ask` to a person. */
  readonly canAsk?: boolean;
  /** The user of the caller. An approval holds for one user. */
  readonly uid?: number;
}

/** What is judged: a call of a tool, a prompt of a person, or what a tool returned. */
export type Question = { readonly check: ToolCallInput } | { readonly prompt: string } | { readonly result: string };

/** A request. */
export type ResidentRequest = Asker & Question;

/** A request as it is sent. */
export type SentRequest = ResidentRequest & { readonly v: typeof PROTOCOL };

/** An answer: the outcome, by the policy of that revision, or why there is none. */
export type ResidentAnswer =
  | { readonly v: typeof PROTOCOL; readonly revision: string; readonly outcome: GuardOutcome }
  | { readonly v: typeof PROTOCOL; readonly error: string };
