// What converters of other formats have in common: a line goes in, events come out.

import { type SentryEvent, type ToolCallInput, wellKnownEvents } from "@a3s-sentry/core";
import { isObject, type JsonObject } from "../guard/hosts/json-object.js";

/** An event as an object, before it is a line. */
export interface ConvertedEvent {
  readonly identity?: Identity;
  readonly process?: { readonly exe: string };
  readonly event: Readonly<Record<string, object>>;
}

/** Who acted. Absent members are unknown. */
export interface Identity {
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly task?: string | undefined;
}

/**
 * Converts one input, line by line, in bounded memory. A line that is not of the format is a
 * {@link MalformedError}. A line that records nothing to judge gives no events.
 */
export interface Converter {
  /** The events that are known after this line. */
  convert(line: string): readonly ConvertedEvent[];
  /** The events that waited for further lines. */
  end(): readonly ConvertedEvent[];
}

/** A line is not of the format. The message is one of a fixed set, so that they can be counted. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** A converter whose lines are independent JSON values. */
export function jsonConverter(eventsOf: (value: unknown) => readonly ConvertedEvent[]): Converter {
  return { convert: (line) => (line.trim() === "" ? [] : eventsOf(parsed(line))), end: () => [] };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new MalformedError("it is not JSON on one line", { cause });
  }
}

/** The value at a path of an object; `undefined` if there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

/** The object at a path; an empty one if there is none, whose fields are then missing. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  const at = valueAt(value, ...path);
  return isObject(at) ? at : {};
}

/** A list; an empty one for any other value. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const MAX_U32 = 2 ** 32 - 1;
const MAX_PORT = 65_535;

/** An unsigned 32-bit integer, also as decimal text. */
export function u32(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  const isU32 = typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= MAX_U32;
  return isU32 ? number : undefined;
}

/** A port; 0 if it is unknown. */
export function portOf(value: unknown): number {
  const port = u32(value) ?? 0;
  return port <= MAX_PORT ? port : 0;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** An absolute path of a program as the kernel reports it. */
export function processOf(exe: string | undefined): Pick<ConvertedEvent, "process"> {
  return exe?.startsWith("/") ? { process: { exe } } : {};
}

/** The call of a tool, and what it stands for: `run` and `diff` judge each event by itself. */
export function callEvents(call: ToolCallInput, identity: Identity): ConvertedEvent[] {
  const { tool, args, server, cwd } = call;
  const called = {
    ToolCall: { tool, args, ...(server !== undefined && { server }), ...(cwd !== undefined && { cwd }) },
  };
  return [called, ...wellKnownEvents(call).map(({ event }: SentryEvent) => event as ConvertedEvent["event"])].map(
    (event) => ({ identity, event }),
  );
}

/** A text that went to a model, or that it or a tool returned; nothing for an empty one. */
export function contentEvents(content: unknown, direction: "sent" | "received", identity: Identity): ConvertedEvent[] {
  const text = typeof content === "string" || content === undefined ? content : JSON.stringify(content);
  if (!text) return [];
  return [{ identity, event: { SslContent: { pid: 0, content: text, is_read: direction === "received" } } }];
}

/** The arguments of a call, which are JSON in a text; the text itself if they are not. */
export function argumentsOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
