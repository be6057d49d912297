// The client of an OpenAI-compatible endpoint: one request, one reply, nothing else.

import { boundedFetch } from "./bounded-fetch.js";
import { LlmFailure } from "./llm-failure.js";

/** A text message, a message in which a model calls tools, or the result of such a call. */
export type ChatMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string | null; readonly tool_calls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

export interface ToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly tools?: readonly {
    readonly type: "function";
    readonly function: { readonly name: string; readonly description?: string; readonly parameters?: object };
  }[];
  readonly tool_choice?: "auto" | "none" | "required";
}

/**
 * A reply as the protocol has it. It is not validated: any part may be missing or of another type.
 */
export interface ChatCompletion {
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly tool_calls?: readonly ToolCall[] };
    readonly finish_reason?: string | null;
  }[];
}

export interface ChatClient {
  /**
   * Sends one request. Rejects with an `LlmFailure`, with what `fetch` rejects with, or with the
   * signal's reason.
   */
  complete(request: ChatRequest, options?: { readonly signal?: AbortSignal }): Promise<ChatCompletion>;
}

/** Visible ASCII: the characters of a bearer key, which every runtime accepts in a header. */
const KEY = /^[\x21-\x7e]+$/;

const JSON_TYPE = /^application\/json$|\+json$/;

/**
 * A client for the endpoint at the base URL `url` (`http://host/v1`), with the bearer key if there
 * is one.
 *
 * It never retries, follows no redirect, and reads replies of at most 1 MiB. It uses no environment
 * variable, logs nothing, and its errors contain no header and no text of the endpoint; a status
 * that is not successful is an error with that `status`. Its only deadline is the `signal` of a
 * call.
 *
 * Throws a `TypeError` for an invalid URL, and for a key that a header cannot hold.
 *
 * @example
 * const client = chatClient({ url: "http://127.0.0.1:8080/v1", key: null });
 * const completion = await client.complete({ model: "m", messages: [{ role: "user", content: "hi" }] });
 */
export function chatClient({ url, key }: { readonly url: string; readonly key: string | null }): ChatClient {
  if (!/^https?:\/\/[^/]/i.test(url)) {
    throw new TypeError("invalid endpoint URL: it must start with http:// or https://");
  }
  const address = `${url.replace(/\/$/, "")}/chat/completions`;
  const headers = { accept: "application/json", "content-type": "application/json", ...authorization(key) };
  return {
    async complete(request, { signal } = {}) {
      const init = { method: "POST", headers, body: JSON.stringify(request), ...(signal && { signal }) };
      const reply = await boundedFetch(address, init);
      const value = reply && parseReply(reply.text);
      // A reply of another type or status is not a completion, whatever its text.
      return (reply !== undefined && JSON_TYPE.test(reply.mediaType) ? value : null) as ChatCompletion;
    },
  };
}

function authorization(key: string | null): { readonly authorization?: string } {
  const bearer = key?.trim() ?? "";
  if (bearer === "") return {};
  if (!KEY.test(bearer)) throw new TypeError("the key of an endpoint must be of visible ASCII characters");
  return { authorization: `Bearer ${bearer}` };
}

/** The parser's own error would show the start of the text. */
function parseReply(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LlmFailure("its reply is not JSON");
  }
}
