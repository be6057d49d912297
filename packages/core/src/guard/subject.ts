// What a guard judges: the events of a call, or of a text.

import { type EventOptions, sslContent, toolCall } from "../events/builders.js";
import type { EventJson, SentryEvent } from "../events/event.js";
import { shownName } from "./message.js";
import type { GuardOptions, ToolCallInput } from "./types.js";
import { objectOf, usesOf, wellKnownEvents } from "./well-known-events.js";

export type GuardedEvent = SentryEvent | EventJson;

/** The events of a check, and its words in messages. */
export interface Subject {
  /** Such as "the call of `Bash`". */
  readonly what: string;
  /** What a person is shown. */
  readonly shown: string;
  /** The call, with its folder, and arguments that no longer change; absent for a text. */
  readonly call?: ToolCallInput;
  /** The call or text itself, then the events that the call stands for. */
  readonly events: readonly [GuardedEvent, ...SentryEvent[]];
}

/** The subject of a call. Throws a `TypeError` for a call that is none. */
export function subjectOfCall(given: ToolCallInput, options: GuardOptions): Subject {
  if (typeof given !== "object" || given === null) throw new TypeError("the call must be an object");
  const { tool, server, pid, cwd = options.cwd } = given;
  const args = typeof given.args === "string" ? objectOf(given.args) : given.args;
  const known = withoutUndefined({ server, cwd, pid });
  const itself = toolCall(tool, args === undefined ? null : args, { ...identity(options), ...known });
  const what = `the call of \`${shownName(tool)}\``;
  const { toEvents } = options;
  if (toEvents === undefined && usesOf(tool) === undefined && options.approvals === undefined) {
    return { what, shown: itself, events: [itself] };
  }
  // Arguments may be an object with getters: what is judged is what its JSON says.
  const { args: own }: { args: unknown } = JSON.parse(itself).event.ToolCall;
  const call = { tool, args: own, ...known };
  const mapped = (toEvents ?? wellKnownEvents)(call).map((event) => identified(event, options));
  return { what, shown: `${tool} ${JSON.stringify(own)}`, call, events: [itself, ...mapped] };
}

/** The subject of a text that is sent to a model, or that a tool returned. */
export function contentSubject(text: string, direction: "sent" | "received", options: GuardOptions): Subject {
  const event = sslContent(0, text, direction === "received", identity(options));
  return { what: direction === "sent" ? "the prompt" : "the result", shown: text, events: [event] };
}

/**
 * Whether a call is known to run nothing: each of the events that it stands for, of which there are
 * some, is about a file or a host.
 */
export function runsNothing({ events: [, ...mapped] }: Subject): boolean {
  return mapped.length > 0 && mapped.every(({ event }) => !("ToolExec" in event));
}

function identity({ agent, session }: GuardOptions): EventOptions {
  return withoutUndefined({ agent, session });
}

function identified(event: SentryEvent, options: GuardOptions): SentryEvent {
  const own = identity(options);
  return Object.keys(own).length === 0 ? event : { ...event, identity: { ...own, ...event.identity } };
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
