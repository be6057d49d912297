// Answers the requests of `a3s-sentry approve`, on a socket of their own.

import { messageOf } from "@a3s-sentry/core/host";
import { type Answer, type Approvals, MAX_APPROVED_S } from "../approvals.js";
import { PROTOCOL } from "../protocol.js";
import type { AnsweredBy, GuardAudit } from "./guard-audit.js";
import { objectIn } from "./request.js";

/** An open question, as `approve list` shows it. */
export interface ListedTicket {
  readonly ticket: string;
  /** What would happen, without secrets. */
  readonly what: string;
  readonly message: string;
  readonly agent?: string;
  readonly session?: string;
  readonly host?: string;
  /** The seconds until the question ends without an answer. */
  readonly secondsLeft: number;
  readonly needsCode: boolean;
  readonly mayRepeat: boolean;
}

/** A request of a person. */
export type ApprovalLine = { readonly v: typeof PROTOCOL } & (
  | { readonly list: true }
  | { readonly ticket: string; readonly answer: Answer; readonly code?: string; readonly by: AnsweredBy }
);

export type ApprovalReply =
  | { readonly v: typeof PROTOCOL; readonly tickets: readonly ListedTicket[] }
  | { readonly v: typeof PROTOCOL; readonly done: true }
  | { readonly v: typeof PROTOCOL; readonly error: string };

export interface ApprovalRequestsOptions {
  readonly approvals: Approvals;
  readonly audit: GuardAudit;
  readonly now: () => number;
  readonly answered: (answer: "approved" | "denied") => void;
}

/** The reply to a line, as JSON. Never rejects. */
export async function replyTo(line: Uint8Array, options: ApprovalRequestsOptions): Promise<string> {
  try {
    return JSON.stringify({ v: PROTOCOL, ...(await reply(objectIn(line), options)) });
  } catch (error) {
    return refusalOf(messageOf(error));
  }
}

export function refusalOf(error: string): string {
  return JSON.stringify({ v: PROTOCOL, error } satisfies ApprovalReply);
}

async function reply(request: Readonly<Record<string, unknown>>, options: ApprovalRequestsOptions): Promise<object> {
  const { v, list, ticket, code, answer: given, by } = request;
  if (v !== PROTOCOL) throw new Error("this judge has another version than the command: restart it");
  if (list === true) return { tickets: listed(options) };
  if (typeof ticket !== "string" || (code !== undefined && typeof code !== "string")) {
    throw new Error("invalid request");
  }
  const answer = answerOf(given);
  const person = byOf(by);
  const { approvals, audit, answered } = options;
  await approvals.answer(ticket, answer, code, async (open) => {
    // An answer that leaves no trace is none.
    await audit.answer(open, answer, person).catch((error: unknown) => {
      throw new Error(`the answer cannot be audited, so it does not count: ${messageOf(error)}`);
    });
  });
  answered(answer.kind === "deny" ? "denied" : "approved");
  return { done: true };
}

function listed({ approvals, now }: ApprovalRequestsOptions): ListedTicket[] {
  return approvals.list().map(({ ticket, request, what, expiresMs, needsCode }) => {
    const { message, agent, session, host, mayRepeat } = request;
    const secondsLeft = Math.ceil((expiresMs - now()) / 1000);
    return {
      ticket,
      what,
      message,
      ...(agent !== undefined && { agent }),
      ...(session !== undefined && { session }),
      ...(host !== undefined && { host }),
      secondsLeft,
      needsCode,
      mayRepeat,
    };
  });
}

function answerOf(value: unknown): Answer {
  const { kind, seconds } = recordOf(value);
  if (kind === "once" || kind === "deny") return { kind };
  if (kind === "for" && typeof seconds === "number" && seconds > 0 && seconds <= MAX_APPROVED_S) {
    return { kind, seconds };
  }
  throw new Error("invalid answer");
}

function byOf(value: unknown): AnsweredBy {
  const { user, uid, sudoUser } = recordOf(value);
  if (typeof user !== "string") throw new Error("invalid request");
  return {
    user,
    uid: typeof uid === "number" ? uid : undefined,
    ...(typeof sudoUser === "string" && { sudoUser }),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
