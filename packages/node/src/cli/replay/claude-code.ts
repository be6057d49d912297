// Reads the session files of Claude Code: `~/.claude/projects/**/*.jsonl`.

import { given } from "@a3s-sentry/core/host";
import { type Context, isObject, type JsonObject, type Recorded, textsOf } from "./recorded.js";

/** Members that only lines of these files have, beside `type`. */
const MARKS = ["sessionId", "parentUuid", "leafUuid", "messageId", "isSidechain"];

export function isClaudeCode(line: JsonObject): boolean {
  if (typeof line.type !== "string" || "payload" in line) return false;
  return isObject(line.message) || MARKS.some((mark) => mark in line);
}

/**
 * Calls of tools, prompts and results of tools, in order. Other lines (summaries, snapshots,
 * progress) repeat them or hold nothing that the model or a tool was sent.
 */
export function readClaudeCode(line: JsonObject, context: Context): Recorded[] {
  if (typeof line.sessionId === "string") context.session = line.sessionId;
  if (typeof line.cwd === "string") context.cwd = line.cwd;
  const { type, message } = line;
  if ((type !== "user" && type !== "assistant") || !isObject(message)) return [];
  const content = message.content;
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  return parts.flatMap((part) => (type === "user" ? said(part) : called(part, context)));
}

function said(part: unknown): Recorded[] {
  const kind = isObject(part) && part.type === "tool_result" ? "result" : "prompt";
  return textsOf(part).map((text) => ({ kind, text }));
}

function called(part: unknown, { cwd }: Context): Recorded[] {
  if (!isObject(part) || part.type !== "tool_use" || typeof part.name !== "string") return [];
  const tool = part.name;
  const server = /^mcp__(.+?)__/.exec(tool)?.[1];
  return [{ kind: "call", call: { tool, args: part.input, ...given({ server, cwd }) } }];
}
