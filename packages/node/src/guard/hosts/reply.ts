// Turns an outcome into what the hook prints and exits with, exactly as its host understands it.

import type { GuardOutcome } from "@a3s-sentry/core";
import type { Host, HostEvent, HostRequest } from "./host.js";
import { field, isObject, type JsonObject } from "./json-object.js";

/** What a hook leaves behind. */
export interface Reply {
  /** One JSON document and a line break, or nothing. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The exit code that hosts take for a denial, with stderr as the reason. */
const DENIED = 2;

/** The longest message in UTF-16 units: it must fit into a pipe that nobody reads yet. */
const MAX_MESSAGE = 4000;

/** The reply for an outcome. */
export function replyTo(request: HostRequest, outcome: GuardOutcome): Reply {
  return printed(answerTo(request, outcome));
}

/** The document that an outcome is to the host; `null` is silence. An `ask` where the event has no such answer is a denial. */
export function answerTo({ event: { answers }, canAsk }: HostRequest, outcome: GuardOutcome): JsonObject | null {
  if (outcome.outcome === "allow") return (outcome.grant ? answers.grant : undefined) ?? answers.noOpinion;
  const message = readable(outcome.message);
  if (outcome.outcome === "ask" && canAsk && answers.ask !== undefined) return answers.ask(message);
  return answers.deny(message);
}

/** The reply where there is no outcome: the input cannot be read, or the hook failed. */
export function failureReply(host: Host, why: string): Reply {
  const message = readable(`a3s-sentry denies this: ${why}`);
  const document = host.denyUnread?.(message);
  return document === undefined ? { stdout: "", stderr: `${message}\n`, exitCode: DENIED } : printed(document);
}

/** What a reply means to the host; `undefined` if it is none that the table has. */
export function meaningOf({ answers }: HostEvent, { stdout, exitCode }: Omit<Reply, "stderr">): Meaning | undefined {
  if (exitCode !== 0) return exitCode === DENIED ? "deny" : undefined;
  const document = stdout.trim() === "" ? null : parsed(stdout);
  const is = (answer: JsonObject | null | undefined): boolean => answer !== undefined && isLike(document, answer);
  if (is(answers.noOpinion)) return "no opinion";
  if (is(answers.grant)) return "grant";
  if (is(answers.deny(ANY_TEXT))) return "deny";
  return is(answers.ask?.(ANY_TEXT)) ? "ask" : undefined;
}

export type Meaning = "no opinion" | "grant" | "deny" | "ask";

/** Stands for a message in {@link isLike}. */
const ANY_TEXT = "\0";

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whether a value is the document, with any text that is not empty for a message. */
function isLike(value: unknown, document: unknown): boolean {
  if (document === ANY_TEXT) return typeof value === "string" && value !== "";
  if (!isObject(document) || !isObject(value)) return value === document;
  const keys = Object.keys(document);
  return Object.keys(value).length === keys.length && keys.every((key) => isLike(field(value, key), document[key]));
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
  return cut.replace(/[\ud800-\udfff]/gu, "\ufffd");
}
