// What a host is to the guard: what it sends before an agent acts, and which answers it understands.

import type { ToolCallInput } from "@a3s-sentry/core";
import type { HostName } from "./host-names.js";
import type { JsonObject } from "./json-object.js";

/** What a host wants judged: the call of a tool, or what the user has typed. */
export type HostRequest = HostCall | HostPrompt;

interface Origin {
  readonly event: HostEvent;
  readonly session?: string;
  readonly cwd?: string;
  /** Whether the host would show a person the question now. */
  readonly canAsk: boolean;
}

export interface HostCall extends Origin {
  readonly kind: "call";
  readonly call: ToolCallInput;
}

export interface HostPrompt extends Origin {
  readonly kind: "prompt";
  readonly text: string;
}

/** The documents that an event's answers are; `null` is silence. Each text is not empty. */
export interface HostAnswers {
  /** What lets the call go the host's own way, with the host's own prompts. */
  readonly noOpinion: JsonObject | null;
  /** What lets the call run without the host's own prompts; absent where the host has no such answer. */
  readonly grant?: JsonObject;
  readonly deny: (message: string) => JsonObject;
  /** What makes the host ask a person; absent where it cannot. */
  readonly ask?: (message: string) => JsonObject;
}

/** One event of a host that a hook answers. */
export interface HostEvent {
  readonly name: string;
  readonly answers: HostAnswers;
}

/** What a host does when its hook fails in a way that is no answer. */
export type OnFailure = "blocks" | "goes-ahead" | "asks";

export interface Host {
  readonly name: HostName;
  readonly title: string;
  /** The version, or the date of the documents, that the entry was checked against. */
  readonly testedWith: string;
  /** What happens if the hook, as it is installed, crashes or prints junk. */
  readonly onCrash: OnFailure;
  /** What happens if it exceeds the host's time limit. */
  readonly onTimeout: OnFailure;
  /** What the hook does not see there, one sentence each. */
  readonly notCovered: readonly string[];
  /**
   * The denial of an event that cannot be read. Absent where the host takes exit code 2 with a
   * reason on stderr for one, whatever the event.
   */
  readonly denyUnread?: (message: string) => JsonObject;
  /** What the host would send for a shell command. `hook doctor` sends it. */
  readonly example: (command: string, cwd: string) => JsonObject;
  /** Reads what the host sends; `undefined` if it is not an event of the table. */
  readonly read: (input: JsonObject) => HostRequest | undefined;
}
