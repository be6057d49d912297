// The client of an OpenAI-compatible endpoint, held to what is asked of it: one request, a bounded reply, no word of
// the environment.

import OpenAI from "openai";
import { boundedFetch } from "./bounded-fetch.js";

/** A text message, or one by which a model calls tools, or the result of such a call. */
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

/** An answer as the protocol has it. Nothing checks that an endpoint keeps to it: any part may be missing or of another type. */
export interface ChatCompletion {
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly tool_calls?: readonly ToolCall[] };
    readonly finish_reason?: string | null;
  }[];
}

/** The part of the client of `openai` that is of use here. */
export interface ChatClient {
  readonly chat: {
    readonly completions: {
      create(request: ChatRequest, options?: { readonly signal?: AbortSignal }): Promise<ChatCompletion>;
    };
  };
}

/** Beyond what any deadline can be: the signal of a call is its deadline. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The `openai` client for the endpoint at the base address `url` (`http://host/v1`), with the bearer key if there is one.
 *
 * It never tries again, follows no redirect, reads replies of at most 1 MiB, and neither reads nor logs anything of its own
 * accord. Its errors hold no header, and no text of the endpoint: an answer of another status than 200 is an `APIError` with
 * that `status`. It has no deadline but the `signal` of a call. Throws a `TypeError` for an address that is none, and for a key that
 * no header can carry.
 *
 * @example
 * const client = chatClient({ url: "http://127.0.0.1:8080/v1", key: null });
 * const completion = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] });
 */
export function chatClient({ url, key }: { readonly url: string; readonly key: string | null }): ChatClient {
  if (!/^https?:\/\/[^/]/i.test(url))
    throw new TypeError("the address of an endpoint must begin with http:// or https://");
  return new OpenAI({
    // The key goes past the client, which would show it when it is inspected; without one no header may be sent.
    apiKey: "",
    fetch: boundedFetch(key),
    baseURL: url,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    // What is given here is not looked for in the environment.
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: "off",
    // The guard is for pages that would show a shared key to their visitors. Here whoever writes the policy gives the key
    // to the program that judges by it, in a browser too, and an endpoint of one's own needs none.
    dangerouslyAllowBrowser: true,
  });
}
