// Turns an outcome into what the hook prints and exits with, exactly as its host understands it.

import type { GuardOutcome } from "@a3s-sentry/core";
import type { Host, HostRequest } from "./host.js";
import type { JsonObject } from "./json-object.js";

/** What a hook leaves behind. */
export interface Reply {
  /** One JSON document and a line break, or nothing. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 2;
}

/** The exit code that hosts take for a denial, with stderr as the reason. */
const DENIED = 2;

/** The longest message in UTF-16 units: it must fit into a pipe that nobody reads yet. */
const MAX_MESSAGE = 4000;

/** The reply for an outcome. An `ask` where the event has no such answer is a denial. */
export function replyTo({ event: { answers }, canAsk }: HostRequest, outcome: GuardOutcome): Reply {
  if (outcome.outcome === "allow") return printed((outcome.grant ? answers.grant : undefined) ?? answers.noOpinion);
  const message = readable(outcome.message);
  if (outcome.outcome === "ask" && canAsk && answers.ask !== undefined) return printed(answers.ask(message));
  return printed(answers.deny(message));
}

/** The reply where there is no outcome: the input cannot be read, or the hook failed. */
export function failureReply(host: Host, why: string): Reply {
  const message = readable(`a3s-sentry denies this: ${why}`);
  const document = host.denyUnread?.(message);
  return document === undefined ? { stdout: "", stderr: `${message}\n`, exitCode: DENIED } : printed(document);
}

function printed(document: JsonObject | null): Reply {
  return { stdout: document === null ? "" : `${JSON.stringify(document)}\n`, stderr: "", exitCode: 0 };
}

/**
 * Never empty: some hosts let a call run whose denial has no reason. Without lone surrogates: a
 * reader that refuses them would take the denial for a failure.
 */
function readable(message: string): string {
  const text = message.trim() === "" ? "blocked by the policy of a3s-sentry" : message;
  const cut = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
  return cut.replace(/\p{Surrogate}/gu, "\ufffd");
}
