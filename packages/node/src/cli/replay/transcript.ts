// Reads the lines of a transcript, whose format is detected line by line: a file may hold several.

import type { Buffer } from "node:buffer";
import { isAuditLine, readAuditLine } from "./audit-line.js";
import { isClaudeCode, readClaudeCode } from "./claude-code.js";
import { isCodex, readCodex } from "./codex.js";
import { readEvent } from "./event-line.js";
import { type Context, type Format, isObject, type JsonObject, type Recorded } from "./recorded.js";

/** What a line records, and its format: `unknown` if it is not JSON, or of another program. */
export interface Line {
  readonly format: Format | "blank" | "unknown";
  readonly recorded: readonly Recorded[];
}

/** What the lines so far say of the next ones. */
export interface TranscriptState {
  readonly format?: Format | undefined;
  readonly context: Readonly<Context>;
}

/** Reads a file, line by line. */
export class Transcript {
  readonly #context: Context;
  #format: Format | undefined;

  /** Goes on after the lines with that state. */
  constructor({ format, context }: TranscriptState = { context: {} }) {
    this.#format = format;
    this.#context = { ...context };
  }

  get state(): TranscriptState {
    return { format: this.#format, context: { ...this.#context } };
  }

  /** The format of the first line that has one. */
  get format(): Format {
    return this.#format ?? "events";
  }

  /** The session that the next line belongs to, as far as lines have said it. */
  get context(): Readonly<Context> {
    return this.#context;
  }

  read(bytes: Buffer): Line {
    const text = bytes.toString();
    const line = parsed(text);
    if (line === undefined) {
      if (text.trim() === "") return { format: "blank", recorded: [] };
      // A damaged line of a stream may hold whole events: the engine looks for them.
      return this.#format === "events" ? events(text) : { format: "unknown", recorded: [] };
    }
    const format = formatOf(line) ?? (this.#format === "claude-code" && "type" in line ? "claude-code" : undefined);
    if (format === undefined) return { format: "unknown", recorded: [] };
    this.#format ??= format;
    return { format, recorded: this.#recorded(format, line, text) };
  }

  #recorded(format: Format, line: JsonObject, text: string): Recorded[] {
    switch (format) {
      case "claude-code":
        return readClaudeCode(line, this.#context);
      case "codex":
        return readCodex(line, this.#context);
      case "audit":
        this.#actorOf(line);
        return readAuditLine(line);
      case "events":
        this.#actorOf(line.identity);
        return readEvent(line, text);
    }
  }

  /** Streams have many sessions: each line names its own. */
  #actorOf(actor: unknown): void {
    const { session, agent } = isObject(actor) ? actor : {};
    if (typeof session === "string") this.#context.session = session;
    else if (typeof agent === "string") this.#context.session = agent;
    else delete this.#context.session;
  }
}

function events(text: string): Line {
  return { format: "events", recorded: [{ kind: "event", line: text }] };
}

function formatOf(line: JsonObject): Format | undefined {
  if (isObject(line.event)) return "events";
  if (isAuditLine(line)) return "audit";
  if (isCodex(line)) return "codex";
  return isClaudeCode(line) ? "claude-code" : undefined;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
