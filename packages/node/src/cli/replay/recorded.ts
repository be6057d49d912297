// What a line of a transcript records.

import type { ToolCallInput } from "@a3s-sentry/core";

/** The formats of transcripts. */
export type Format = "claude-code" | "codex" | "audit" | "events";

/** One thing that the line of a transcript records, and that is judged. */
export type Recorded =
  | {
      readonly kind: "call";
      readonly call: ToolCallInput;
      /** The call as the text of an event, if it was one, and who made it. */
      readonly line?: string;
      readonly identity?: JsonObject;
    }
  /** What a person or the host wrote to the model, or what a tool returned to it. */
  | { readonly kind: "prompt" | "result"; readonly text: string }
  /** An event, as the text of its line. */
  | { readonly kind: "event"; readonly line: string };

/** What the lines of a session say of all that follow. */
export interface Context {
  session?: string;
  cwd?: string;
}

/** An object of a transcript, with the members that are read. Nothing is known of their types. */
export type JsonObject = Partial<
  Readonly<
    Record<
      | ("type" | "payload" | "message" | "role" | "content" | "text" | "output" | "name" | "input" | "arguments")
      | ("action" | "id" | "sessionId" | "session" | "cwd" | "event" | "subject" | "decision" | "agent" | "identity")
      | ("ToolCall" | "tool" | "args" | "server" | "pid"),
      unknown
    >
  >
>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The texts in the members `text`, `content` and `output` of a value, in order. */
export function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === "string") texts.push(next);
    // A spread of a long list would be too many arguments.
    else if (Array.isArray(next)) for (let i = next.length - 1; i >= 0; i--) pending.push(next[i]);
    else if (isObject(next)) pending.push(next.output, next.content, next.text);
  }
  return texts;
}
