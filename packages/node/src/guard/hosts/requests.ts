// Makes a request of what a host has sent.

import type { HostEvent, HostRequest } from "./host.js";
import { field, isObject, type JsonObject, text } from "./json-object.js";
import { readJsonText } from "./read-json.js";

/** The form of Claude Code, which Codex, Gemini CLI and Copilot CLI share. */
export function snakeCaseCall(input: JsonObject, event: HostEvent, canAsk: boolean): HostRequest | undefined {
  const server = field(input, "mcp_server");
  return call(event, {
    tool: text(input, "tool_name"),
    args: field(input, "tool_input"),
    server: isObject(server) ? text(server, "name") : undefined,
    cwd: text(input, "cwd"),
    session: text(input, "session_id"),
    canAsk,
  });
}

/** An action in that form, for trying a hook. */
export function snakeCaseExample(command: string, cwd: string): JsonObject {
  return {
    session_id: "a3s-sentry-doctor",
    cwd,
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command },
  };
}

interface CallParts {
  readonly tool: string | undefined;
  readonly args: unknown;
  readonly server?: string | undefined;
  readonly cwd: string | undefined;
  readonly session: string | undefined;
  readonly canAsk: boolean;
}

/** `undefined` without the name of a tool, or without arguments. */
export function call(
  event: HostEvent,
  { tool, args, server, cwd, session, canAsk }: CallParts,
): HostRequest | undefined {
  if (tool === undefined || args === undefined) return undefined;
  return {
    kind: "call",
    event,
    call: {
      tool,
      args: typeof args === "string" ? argumentsOf(args) : args,
      ...(server !== undefined && { server }),
      ...(cwd !== undefined && { cwd }),
    },
    ...(session !== undefined && { session }),
    ...(cwd !== undefined && { cwd }),
    canAsk,
  };
}

/**
 * The object that a text is the JSON of; a text that does not begin as one is an argument by itself,
 * such as a patch. Throws an `Error` for an object that is cut, not JSON or ambiguous: the host may
 * read another call in it.
 */
function argumentsOf(text: string): unknown {
  return /^\s*\{/.test(text) ? readJsonText(text) : text;
}

export function prompt(input: JsonObject, event: HostEvent, session: string | undefined): HostRequest | undefined {
  const typed = field(input, "prompt");
  if (typeof typed !== "string") return undefined;
  const cwd = text(input, "cwd");
  return {
    kind: "prompt",
    event,
    text: typed,
    ...(session !== undefined && { session }),
    ...(cwd !== undefined && { cwd }),
    canAsk: false,
  };
}

export function firstRoot(input: JsonObject, key: string): string | undefined {
  const roots = field(input, key);
  const first: unknown = Array.isArray(roots) ? roots[0] : undefined;
  return typeof first === "string" && first !== "" ? first : undefined;
}
