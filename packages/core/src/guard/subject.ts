// What a guard judges: the events of a call, or of a text.

import { envelopeJson, sslContent, toolCallJson } from "../events/builders.js";
import type { EventJson, SentryEvent } from "../events/event.js";
import { sslContentOf, toolCallOf } from "../events/json-events.js";
import { JsonText } from "../events/json-text.js";
import { given } from "../util/given.js";
import { shownName } from "./message.js";
import { objectOf } from "./tool-arguments.js";
import type { GuardOptions, ToolCallInput } from "./types.js";
import { wellKnownEvents } from "./well-known-events.js";
import { useOf } from "./well-known-tools.js";

export type GuardedEvent = SentryEvent | EventJson | JsonText;

/** The events of a check, and its words in messages. */
export interface Subject {
  /** The call, with its folder, and arguments that no longer change; absent for a text. */
  readonly call?: ToolCallInput;
  /** The words for what is judged, such as "the call of `Bash`". */
  what(): string;
  /** What a person is shown. */
  shown(): string;
  /** The call or text itself. */
  readonly itself: EventJson | JsonText;
  /** The events that the call stands for. */
  readonly mapped: readonly SentryEvent[];
}

type Identity = NonNullable<SentryEvent["identity"]>;

/** Makes the subjects of one guard. */
export class Subjects {
  readonly #options: GuardOptions;
  readonly #identity: Identity;
  /** The part of an event's JSON that all events of the guard share. */
  readonly #envelope: string;

  /** Throws a `TypeError` for an agent or a session that is no text. */
  constructor(options: GuardOptions) {
    const { agent, session } = options;
    this.#options = options;
    const identity = given({ agent, session });
    this.#identity = identity;
    this.#envelope = envelopeJson(identity);
  }

  /** The subject of a call. Throws a `TypeError` for a call that is none. */
  ofCall(input: ToolCallInput): Subject {
    if (typeof input !== "object" || input === null) throw new TypeError("the call must be an object");
    const { tool, server, pid, cwd = this.#options.cwd } = input;
    const args = typeof input.args === "string" ? objectOf(input.args) : (input.args ?? null);
    const itself = JsonText.is(args)
      ? toolCallOf(tool, args, this.#envelope, server, cwd, pid)
      : toolCallJson(tool, args, this.#envelope, server, cwd, pid);
    // Arguments may be an object with getters: what is judged and shown is what its JSON says.
    const ownArgs = (): unknown => JSON.parse(String(itself)).event.ToolCall.args;
    const shown = (): string => `${tool} ${JSON.stringify(ownArgs())}`;
    const subject = { what: () => `the call of \`${shownName(tool)}\``, shown, itself };
    const { toEvents, approvals } = this.#options;
    if (toEvents === undefined && approvals === undefined && useOf(tool) === undefined) {
      return { ...subject, mapped: NOTHING };
    }
    const own = ownArgs();
    const call = { tool, args: own, ...given({ server, cwd, pid }) };
    const events: unknown = (toEvents ?? wellKnownEvents)(call);
    if (!Array.isArray(events)) throw new TypeError("`toEvents` must return a list of events");
    return { ...subject, call, mapped: events.map((event: SentryEvent) => this.#identified(event)) };
  }

  /** The subject of a text that is sent to a model, or that a tool returned. */
  ofText(text: string | JsonText, direction: "sent" | "received"): Subject {
    const isRead = direction === "received";
    const itself = JsonText.is(text)
      ? sslContentOf(text, isRead, this.#options)
      : sslContent(0, text, isRead, this.#options);
    const what = (): string => (direction === "sent" ? "the prompt" : "the result");
    return { what, shown: () => (typeof text === "string" ? text : String(text.toJSON())), itself, mapped: NOTHING };
  }

  #identified(event: SentryEvent): SentryEvent {
    const { identity } = event;
    return { ...event, identity: identity === undefined ? this.#identity : { ...this.#identity, ...identity } };
  }
}

const NOTHING: readonly SentryEvent[] = [];

/**
 * Whether a call is known to run nothing: each of the events that it stands for, of which there are
 * some, is about a file or a host. A batch may have calls of tools that are not known.
 */
export function runsNothing({ call, mapped }: Subject): boolean {
  if (call !== undefined && useOf(call.tool) === "batch") return false;
  return mapped.length > 0 && mapped.every(({ event }) => !("ToolExec" in event));
}
