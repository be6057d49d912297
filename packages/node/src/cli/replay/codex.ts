// Reads the session files of Codex: `~/.codex/sessions/**/rollout-*.jsonl`.

import { given } from "@a3s-sentry/core/host";
import { type Context, isObject, type JsonObject, type Recorded, textsOf } from "./recorded.js";

const LINES: ReadonlySet<unknown> = new Set([
  "session_meta",
  "turn_context",
  "response_item",
  "event_msg",
  "compacted",
]);
/** The items, which the first versions wrote without a frame. */
const ITEMS: ReadonlySet<unknown> = new Set([
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "local_shell_call",
]);

export function isCodex(line: JsonObject): boolean {
  const { type } = line;
  return isObject(line.payload) ? LINES.has(type) : isFirst(line) || (ITEMS.has(type) && !("sessionId" in line));
}

/** The first line of a session without frames. */
function isFirst(line: JsonObject): boolean {
  return !("type" in line) && typeof line.id === "string" && "instructions" in line && "timestamp" in line;
}

/** Calls of tools, messages to the model and results of tools. Other lines repeat them. */
export function readCodex(line: JsonObject, context: Context): Recorded[] {
  const framed = line.payload;
  const item = isObject(framed) ? framed : line;
  const type = isObject(framed) ? line.type : isFirst(line) ? "session_meta" : "response_item";
  if (typeof item.cwd === "string") context.cwd = item.cwd;
  if (type === "session_meta" && typeof item.id === "string") context.session = item.id;
  return type === "response_item" ? readItem(item, context) : [];
}

function readItem(item: JsonObject, context: Context): Recorded[] {
  switch (item.type) {
    case "message":
      return item.role === "user" ? texts("prompt", item.content) : [];
    case "function_call":
      return called(item.name, argumentsOf(item.arguments), context);
    case "custom_tool_call":
      return called(item.name, { input: item.input }, context);
    case "local_shell_call":
      return called("local_shell", item.action, context);
    case "function_call_output":
    case "custom_tool_call_output":
      return texts("result", item.output);
    default:
      return [];
  }
}

function texts(kind: "prompt" | "result", value: unknown): Recorded[] {
  return textsOf(value).map((text) => ({ kind, text }));
}

function called(tool: unknown, args: unknown, { cwd }: Context): Recorded[] {
  if (typeof tool !== "string") return [];
  const server = /^mcp__(.+?)__/.exec(tool)?.[1];
  return [
    {
      kind: "call",
      call: { tool, args, ...given({ server, cwd }) },
    },
  ];
}

/** The arguments, which are JSON in a text; the text itself if it is not. */
function argumentsOf(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
