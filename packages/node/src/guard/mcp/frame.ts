// Reads the frames of JSON-RPC. A frame that two readers could read differently is refused.

import { Buffer } from "node:buffer";
import { type JsonText, messageOf } from "@a3s-sentry/core/host";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { MAX_INPUT_BYTES, readJson } from "../hosts/read-json.js";
import { hasHalf, safeJson } from "./safe-json.js";

/** The largest frame in bytes. */
export const MAX_FRAME_BYTES = MAX_INPUT_BYTES;

/** The name of a request: whole numbers are exact up to 2^53. */
export type Id = string | number;

/** A frame of one direction. `message` is all of it. */
export type Frame =
  | { readonly kind: "request"; readonly id: Id; readonly method: string; readonly message: JsonObject }
  | { readonly kind: "notification"; readonly method: string; readonly message: JsonObject }
  | { readonly kind: "answer"; readonly id: Id; readonly message: JsonObject };

/** A frame as it is sent: a text, or bytes in parts. It ends with a newline. */
export type FrameLine = string | JsonText;

/** The codes of errors: those of JSON-RPC, and one of the range for implementations. */
export const CODES = { parse: -32700, request: -32600, params: -32602, internal: -32603, denied: -32003 } as const;

/** What could be read of a frame that is refused. */
export interface Origin {
  readonly id: Id | null;
  readonly kind: "request" | "answer";
}

/** A frame that is refused. The message quotes nothing of it. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly code: number;
  readonly origin: Origin;

  constructor(message: string, code: number, origin: Origin) {
    super(message);
    this.code = code;
    this.origin = origin;
  }
}

const MEMBERS = ["jsonrpc", "id", "method", "params", "result", "error"];

/**
 * The frame in a line. Throws a {@link FrameError} for bytes that are not UTF-8, a key that an object
 * has twice, a batch, a member that some readers take for another, and what is not JSON-RPC 2.0.
 */
export function readFrame(line: Uint8Array): Frame {
  const message = messageIn(line);
  const has = (key: string): boolean => Object.hasOwn(message, key);
  const id = idOf(message);
  const origin = originOf(message);
  const refuse = (why: string): FrameError => new FrameError(why, CODES.request, origin);
  if (field(message, "jsonrpc") !== "2.0") throw refuse("the frame is not one of JSON-RPC 2.0");
  refuseLookalikes(message, MEMBERS, origin);
  if (has("id") && id === null) throw refuse("the `id` of the frame must be a text or a whole number");
  const method = field(message, "method");
  if (method === undefined) {
    if (id === null || has("params") || has("result") === has("error")) throw refuse("the frame is no answer");
    return { kind: "answer", id, message };
  }
  if (typeof method !== "string" || has("result") || has("error")) throw refuse("the frame is no request");
  const params = field(message, "params");
  if (params !== undefined && !isObject(params)) throw refuse("the `params` of the frame must be an object");
  return id === null ? { kind: "notification", method, message } : { kind: "request", id, method, message };
}

/**
 * Throws a {@link FrameError} if a key differs from one of `names` by its case alone: some readers,
 * such as that of Go, take it for that name.
 */
export function refuseLookalikes(object: JsonObject, names: readonly string[], origin: Origin): void {
  const known = names.map(folded);
  for (const key of Object.keys(object)) {
    if (!names.includes(key) && known.includes(folded(key))) {
      throw new FrameError("the frame has a member that differs from a known one by its case", CODES.request, origin);
    }
  }
}

/**
 * The line of a frame, made anew: what the other end reads is what was judged. Characters that some
 * readers take for the end of a line are escaped.
 */
export function lineOf(message: JsonObject): string {
  return `${safeJson(message)}\n`;
}

/** The bytes of a frame, without its newline. */
export function bytesOf(line: FrameLine): Buffer {
  const bytes = typeof line === "string" ? Buffer.from(line) : Buffer.concat(line.parts, line.length);
  return bytes.subarray(0, -1);
}

/** The answer that a request failed. */
export function errorAnswer(id: Id | null, code: number, message: string): JsonObject {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/**
 * Throws a {@link FrameError} for a number that is not passed on exactly, and for half of a surrogate
 * pair, for which readers have different characters or none.
 */
export function refuseInexact(params: unknown, origin: Origin): void {
  const open: unknown[] = [params];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "number" && !isExact(value)) {
      throw new FrameError("the frame has a number that cannot be passed on exactly", CODES.params, origin);
    }
    if (typeof value === "string" && hasHalf(value)) {
      throw new FrameError("the frame has half of a surrogate pair", CODES.params, origin);
    }
    if (Array.isArray(value)) for (const item of value) open.push(item);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) open.push(key, item);
  }
}

/** A fraction may lose digits that no number of 64 bits has. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function messageIn(line: Uint8Array): JsonObject {
  try {
    return readJson(line);
  } catch (error) {
    const why = messageOf(error).replace("the input", "the frame");
    throw new FrameError(why, why.endsWith("is not JSON") ? CODES.parse : CODES.request, originIn(line));
  }
}

/** What a frame that is refused seems to be, so that who waits for it hears of it. */
function originIn(line: Uint8Array): Origin {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    if (isObject(value)) return originOf(value);
  } catch {
    // Not JSON at all.
  }
  return { id: null, kind: "request" };
}

/** Whether a frame is a request or an answer, and of which id. */
export function originOf(message: JsonObject): Origin {
  return { id: idOf(message), kind: Object.hasOwn(message, "method") ? "request" : "answer" };
}

function idOf(message: JsonObject): Id | null {
  const id = field(message, "id");
  if (typeof id === "string") return hasHalf(id) ? null : id;
  return Number.isSafeInteger(id) ? (id as Id) : null;
}

function folded(key: string): string {
  return key.normalize("NFKC").toLowerCase();
}
