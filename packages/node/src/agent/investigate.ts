// An investigation: a model asks for what it needs, a bounded number of times, and answers.

import { truncateUtf8 } from "@a3s-sentry/core";
import { type ChatMessage, type Reply, readReply, type ToolCall } from "@a3s-sentry/core/llm";
import { NO_MORE_CALLS, REMINDER } from "./instructions.js";
import type { Model } from "./model.js";
import { NoAnswer } from "./no-answer.js";
import { callTool, type Tool } from "./tool.js";

/** How many calls of tools are answered. */
const MAX_CALLS = 8;
/** How many replies are waited for: one for each call, one for the answer, one more after a reminder. */
const MAX_TURNS = MAX_CALLS + 2;
/** What is kept of a reply's text for the next turn. */
const MAX_KEPT_BYTES = 16 * 1024;

/** The model's answer. Rejects if the model fails, or does not come to an answer in ten replies. */
export async function investigate(
  model: Model,
  request: readonly ChatMessage[],
  tools: readonly Tool[],
): Promise<Reply> {
  const messages = [...request];
  let calls = 0;
  let reminded = false;

  const answer = ({ id, function: { name, arguments: args } }: ToolCall): ChatMessage => ({
    role: "tool",
    tool_call_id: id,
    content: ++calls > MAX_CALLS ? NO_MORE_CALLS : callTool(tools, name, args),
  });

  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const said = await model.reply(messages, tools, calls < MAX_CALLS);
    const content = truncateUtf8(said.text, MAX_KEPT_BYTES);
    if (said.calls.length > 0) {
      messages.push({ role: "assistant", content, tool_calls: said.calls }, ...said.calls.map(answer));
      continue;
    }
    try {
      return readReply(said.text);
    } catch (error) {
      if (reminded) throw new NoAnswer(error instanceof Error ? error.message : "no answer", { cause: error });
      reminded = true;
      messages.push({ role: "assistant", content }, { role: "user", content: REMINDER });
    }
  }
  throw new NoAnswer(`the model has not come to an answer in ${MAX_TURNS} replies`);
}
