// The model behind an endpoint, one reply at a time.

import type { ChatClient, ChatMessage, ToolCall } from "@a3s-sentry/core/llm";
import { NoAnswer } from "./no-answer.js";
import type { Tool } from "./tool.js";

/** Calls in one reply; more are not heard. */
const MAX_CALLS_AT_ONCE = 16;
/** Statuses that speak of who asks, or how often, not of what is asked. */
const NOT_THE_REQUEST: readonly unknown[] = [401, 403, 429];

/** What a model said: its text, and the calls that it asks for. */
export interface Said {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

export class Model {
  readonly #client: ChatClient;
  readonly #model: string;
  readonly #signal: AbortSignal;
  /** Whether requests are held to what every endpoint takes. */
  #plain = false;
  #heard = false;

  constructor(client: ChatClient, model: string, signal: AbortSignal) {
    this.#client = client;
    this.#model = model;
    this.#signal = signal;
  }

  /**
   * The next reply. If the endpoint refuses the first request, it is asked again without what some do not know: tools,
   * and a temperature. Rejects with what the client throws, and for what is no reply.
   */
  async reply(messages: readonly ChatMessage[], tools: readonly Tool[], mayCall: boolean): Promise<Said> {
    try {
      return await this.#ask(messages, tools, mayCall);
    } catch (error) {
      if (this.#heard || this.#plain || !isRefusal(error)) throw error;
      this.#plain = true;
      return await this.#ask(messages, tools, mayCall);
    }
  }

  async #ask(messages: readonly ChatMessage[], tools: readonly Tool[], mayCall: boolean): Promise<Said> {
    const offered = tools.map(({ name, description, parameters }) => ({
      type: "function" as const,
      function: { name, description, parameters },
    }));
    const completion: unknown = await this.#client.chat.completions.create(
      {
        model: this.#model,
        messages,
        ...(!this.#plain && { temperature: 0 }),
        ...(!this.#plain && offered.length > 0 && { tools: offered, tool_choice: mayCall ? "auto" : "none" }),
      },
      { signal: this.#signal },
    );
    this.#heard = true;
    return saidIn(completion);
  }
}

function isRefusal(error: unknown): boolean {
  const status: unknown = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" && !NOT_THE_REQUEST.includes(status);
}

/** Whatever an endpoint sends, some of it may be a reply. */
function saidIn(completion: unknown): Said {
  const message = field(field(field(completion, "choices"), 0), "message");
  const content = field(message, "content");
  const asked = field(message, "tool_calls");
  const calls = Array.isArray(asked) ? asked.slice(0, MAX_CALLS_AT_ONCE).flatMap(callIn) : [];
  if (typeof content !== "string" && calls.length === 0) throw new NoAnswer("the endpoint's reply holds no message");
  return { text: typeof content === "string" ? content : "", calls };
}

function callIn(call: unknown): ToolCall[] {
  const id = field(call, "id");
  const name = field(field(call, "function"), "name");
  const args = field(field(call, "function"), "arguments");
  if (typeof id !== "string" || typeof name !== "string") return [];
  // Some endpoints give the arguments as they are, not as a text.
  const text = typeof args === "string" ? args : JSON.stringify(args ?? {});
  return [{ id, type: "function", function: { name, arguments: text } }];
}

function field(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}
