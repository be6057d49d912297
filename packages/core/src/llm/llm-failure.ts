// What went wrong at an endpoint, in words that hold nothing of what it sent or was sent.

import { APIError } from "openai";

/** An error whose message is safe to show: ours alone, nothing of the endpoint's. */
export class LlmFailure extends Error {
  override readonly name = "LlmFailure";
}

/** The names that systems and runtimes give to failures of a connection (`ECONNREFUSED`, `ConnectionRefused`). */
const CODE = /^[A-Za-z]\w{2,40}$/;

/**
 * Why a call failed. Errors are known by their type alone, since their messages may repeat a header, an address or the reply.
 */
export function failureOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof LlmFailure) return at.message;
    if (at instanceof APIError && at.status !== undefined) return statusWords(at.status);
    if ("code" in at && typeof at.code === "string" && CODE.test(at.code)) return `the connection failed (${at.code})`;
  }
  return "the connection failed";
}

function statusWords(status: number): string {
  return status >= 300 && status < 400 ? `it redirects (HTTP ${status})` : `HTTP ${status}`;
}
