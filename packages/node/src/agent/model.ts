// Asks the model of an endpoint, one reply at a time.

import type { ChatClient, ChatMessage, ToolCall } from "@a3s-sentry/core/llm";
import { NoAnswer } from "./no-answer.js";
import type { Tool } from "./tool.js";

/** The most tool calls in one reply; more are ignored. */
const MAX_CALLS_AT_ONCE = 16;
/** Statuses about the caller or its rate, not about the content of the request. */
const NOT_ABOUT_THE_REQUEST: readonly unknown[] = [401, 403, 429];

/** A reply of the model: its text, and the tools that it calls. */
export interface ModelReply {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

export class Model {
  readonly #client: ChatClient;
  readonly #model: string;
  readonly #signal: AbortSignal;
  /** Whether requests use only features that every endpoint supports. */
  #isPlain = false;
  #hasReplied = false;

  constructor(client: ChatClient, model: string, signal: AbortSignal) {
    this.#client = client;
    this.#model = model;
    this.#signal = signal;
  }

  /**
   * Requests the next reply. If the endpoint refuses the first request, repeats it without tools
   * and temperature, which some endpoints do not support. Rejects with the client's error, or with
   * `NoAnswer` for an invalid reply.
   */
  async reply(messages: readonly ChatMessage[], tools: readonly Tool[], mayCall: boolean): Promise<ModelReply> {
    try {
      return await this.#ask(messages, tools, mayCall);
    } catch (error) {
      if (this.#hasReplied || this.#isPlain || !isRefusal(error)) throw error;
      this.#isPlain = true;
      return await this.#ask(messages, tools, mayCall);
    }
  }

  async #ask(messages: readonly ChatMessage[], tools: readonly Tool[], mayCall: boolean): Promise<ModelReply> {
    const functions = tools.map(({ name, description, parameters }) => ({
      type: "function" as const,
      function: { name, description, parameters },
    }));
    const completion: unknown = await this.#client.complete(
      {
        model: this.#model,
        messages,
        ...(!this.#isPlain && { temperature: 0 }),
        ...(!this.#isPlain && functions.length > 0 && { tools: functions, tool_choice: mayCall ? "auto" : "none" }),
      },
      { signal: this.#signal },
    );
    this.#hasReplied = true;
    return replyIn(completion);
  }
}

function isRefusal(error: unknown): boolean {
  const status: unknown = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" && !NOT_ABOUT_THE_REQUEST.includes(status);
}

/** Reads a reply from what an endpoint sent, which may be anything. */
function replyIn(completion: unknown): ModelReply {
  const message = field(field(field(completion, "choices"), 0), "message");
  const content = field(message, "content");
  const toolCalls = field(message, "tool_calls");
  const calls = Array.isArray(toolCalls) ? toolCalls.slice(0, MAX_CALLS_AT_ONCE).flatMap(callIn) : [];
  if (typeof content !== "string" && calls.length === 0) throw new NoAnswer("the endpoint's reply contains no message");
  return { text: typeof content === "string" ? content : "", calls };
}

function callIn(call: unknown): ToolCall[] {
  const id = field(call, "id");
  const name = field(field(call, "function"), "name");
  const args = field(field(call, "function"), "arguments");
  if (typeof id !== "string" || typeof name !== "string") return [];
  // Some endpoints send the arguments as an object, not as JSON text.
  const text = typeof args === "string" ? args : JSON.stringify(args ?? {});
  return [{ id, type: "function", function: { name, arguments: text } }];
}

function field(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}
