// The loop of an investigation: a model calls tools, a limited number of times, and then answers.

import { truncateUtf8 } from "@a3s-sentry/core/host";
import { type ChatMessage, type Reply, readReply, type ToolCall } from "@a3s-sentry/core/llm";
import { NO_MORE_CALLS, REMINDER } from "./instructions.js";
import type { Model } from "./model.js";
import { NoAnswer } from "./no-answer.js";
import { callTool, type Tool } from "./tool.js";

/** The most tool calls that are answered. */
const MAX_CALLS = 8;
/** The most replies: one for each call, one for the answer, and one more after a reminder. */
const MAX_TURNS = MAX_CALLS + 2;
/** The most of a reply's text that is kept for the next turn. */
const MAX_KEPT_BYTES = 16 * 1024;

/**
 * Returns the model's answer. Rejects if the model fails, or gives no answer within ten replies. An
 * unclean block is asked for once more, and stands unless the answer to that is a clean one.
 */
export async function investigate(
  model: Model,
  request: readonly ChatMessage[],
  tools: readonly Tool[],
): Promise<Reply> {
  let block: Reply | undefined;
  const cleanAnswer = (text: string): Reply => {
    const reply = readReply(text);
    if (reply.form === "clean") return reply;
    block ??= reply;
    throw new NoAnswer("the reply is a block, but not one clean object");
  };
  try {
    const answer = await converse(model, request, tools, cleanAnswer);
    return answer.verdict === "block" ? answer : (block ?? answer);
  } catch (error) {
    if (block === undefined) throw error;
    return block;
  }
}

async function converse(
  model: Model,
  request: readonly ChatMessage[],
  tools: readonly Tool[],
  read: (text: string) => Reply,
): Promise<Reply> {
  const messages = [...request];
  let calls = 0;
  let reminded = false;

  const toolResult = ({ id, function: { name, arguments: args } }: ToolCall): ChatMessage => ({
    role: "tool",
    tool_call_id: id,
    content: ++calls > MAX_CALLS ? NO_MORE_CALLS : callTool(tools, name, args),
  });

  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const reply = await model.reply(messages, tools, calls < MAX_CALLS);
    const content = truncateUtf8(reply.text, MAX_KEPT_BYTES);
    if (reply.calls.length > 0) {
      messages.push({ role: "assistant", content, tool_calls: reply.calls }, ...reply.calls.map(toolResult));
      continue;
    }
    try {
      return read(reply.text);
    } catch (error) {
      if (reminded) throw new NoAnswer(error instanceof Error ? error.message : "no answer", { cause: error });
      reminded = true;
      messages.push({ role: "assistant", content }, { role: "user", content: REMINDER });
    }
  }
  throw new NoAnswer(`the model gave no answer in ${MAX_TURNS} replies`);
}
