// Reads the requests to the resident judge.

import type { ToolCallInput } from "@a3s-sentry/core";
import { canonicalJson, given, type JsonText } from "@a3s-sentry/core/host";
import { type Asker, PROTOCOL, type Question, type ResidentRequest } from "../protocol.js";

/** The longest name of an agent, a session or a host, and the longest path, in UTF-16 units. */
const MAX_NAME = 4096;

/** A request of any guard: a large result may be JSON text. */
export type GuardRequest = Asker & (Question | { readonly result: string | JsonText });

/** What is judged, as a kind of event and its text: that of a call is the subject of its `ToolCall` event. */
export function subjectOf(request: GuardRequest): { readonly event: string; readonly text: string } {
  if ("prompt" in request) return { event: "SslContent", text: request.prompt };
  if ("result" in request) {
    const { result } = request;
    return { event: "SslContent", text: typeof result === "string" ? result : String(result.toJSON()) };
  }
  const { tool, args } = request.check;
  return { event: "ToolCall", text: `${tool} ${textOf(args)}` };
}

function textOf(args: unknown): string {
  try {
    return canonicalJson(args);
  } catch {
    // It is nested too deeply. A request has no cycle.
    return JSON.stringify(args);
  }
}

/** A request that cannot be judged. The message is for the caller, and quotes nothing of it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/** The request in a line. Throws a {@link RequestError}. */
export function readRequest(line: Uint8Array): ResidentRequest {
  const request = objectIn(line);
  const { v, check, prompt, result } = request;
  if (v !== PROTOCOL) throw new RequestError(`this judge speaks version ${PROTOCOL} of the protocol`);
  const asker = askerOf(request);
  const questions = [check, prompt, result].filter((question) => question !== undefined);
  if (questions.length !== 1) throw new RequestError("a request has one of `check`, `prompt` and `result`");
  if (check !== undefined) return { ...asker, check: callOf(check) };
  if (typeof prompt === "string") return { ...asker, prompt };
  if (typeof result === "string") return { ...asker, result };
  throw new RequestError("`prompt` and `result` must be texts");
}

/** The JSON object in a line. Throws a {@link RequestError}. */
export function objectIn(line: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    if (isRecord(value)) return value;
  } catch {
    // The error would quote the request.
  }
  throw new RequestError("a request must be a JSON object in one line of UTF-8");
}

function askerOf(request: Readonly<Record<string, unknown>>): Asker {
  const { canAsk, uid } = request;
  if (canAsk !== undefined && typeof canAsk !== "boolean") throw new RequestError("`canAsk` must be true or false");
  if (uid !== undefined && !isWhole(uid)) throw new RequestError("`uid` must be a whole number");
  return given({ ...names(request, ["agent", "session", "cwd", "host"]), canAsk, uid });
}

function callOf(value: unknown): ToolCallInput {
  if (!isRecord(value)) throw new RequestError("`check` must be an object");
  const { tool, args, pid } = value;
  if (typeof tool !== "string" || tool === "" || tool.length > MAX_NAME) {
    throw new RequestError("`check.tool` must be a text that is not empty");
  }
  if (pid !== undefined && !isWhole(pid)) throw new RequestError("`check.pid` must be a whole number");
  return { tool, args, ...given({ ...names(value, ["server", "cwd"]), pid }) };
}

/** The members that are given, which must be texts. */
function names<Key extends string>(
  record: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
): { readonly [K in Key]?: string } {
  const found: { [K in Key]?: string } = {};
  for (const key of keys) {
    const value = record[key];
    if (value === undefined) continue;
    if (typeof value !== "string" || value.length > MAX_NAME) {
      throw new RequestError(`\`${key}\` must be a text of at most ${MAX_NAME} characters`);
    }
    found[key] = value;
  }
  return found;
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
