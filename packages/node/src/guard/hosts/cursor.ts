// Cursor: what it sends before an agent acts, and the answers that it understands.

import type { Host, HostAnswers, HostEvent } from "./host.js";
import { field, type JsonObject, text } from "./json-object.js";
import { call, firstRoot, prompt } from "./requests.js";

/** An explicit `allow` does not skip Cursor's own prompts; no output may be taken for a failure. */
const CURSOR_ALLOW: JsonObject = { permission: "allow" };
const cursorPermission =
  (permission: string) =>
  (message: string): JsonObject => ({ permission, user_message: message, agent_message: message });

const CURSOR_ASKING: HostAnswers = {
  noOpinion: CURSOR_ALLOW,
  deny: cursorPermission("deny"),
  ask: cursorPermission("ask"),
};
const CURSOR_EVENTS = {
  shell: { name: "beforeShellExecution", answers: CURSOR_ASKING },
  mcp: { name: "beforeMCPExecution", answers: CURSOR_ASKING },
  tool: { name: "preToolUse", answers: { noOpinion: CURSOR_ALLOW, deny: cursorPermission("deny") } },
  // An event of its own asks about the same call afterwards.
  toolAskedLater: {
    name: "preToolUse",
    answers: { noOpinion: CURSOR_ALLOW, deny: cursorPermission("deny"), ask: () => CURSOR_ALLOW },
  },
  read: { name: "beforeReadFile", answers: { noOpinion: CURSOR_ALLOW, deny: () => ({ permission: "deny" }) } },
  prompt: {
    name: "beforeSubmitPrompt",
    answers: { noOpinion: { continue: true }, deny: (message) => ({ continue: false, user_message: message }) },
  },
} satisfies Record<string, HostEvent>;

export const CURSOR: Host = {
  name: "cursor",
  title: "Cursor",
  testedWith: "November 2026",
  onCrash: "blocks",
  onTimeout: "blocks",
  notCovered: [
    "Cloud agents load only the hooks of the project, and on Enterprise those of the team.",
    "Completions by Tab and the start of subagents are not seen.",
    "Cursor also runs the hooks of Claude Code: with both installed, a command is judged twice.",
  ],
  example: (command, cwd) => ({
    conversation_id: "a3s-sentry-doctor",
    hook_event_name: "beforeShellExecution",
    command,
    cwd,
  }),
  read: (input) => {
    const session = text(input, "conversation_id");
    const cwd = text(input, "cwd") ?? firstRoot(input, "workspace_roots");
    const at = { session, cwd };
    switch (field(input, "hook_event_name")) {
      case "beforeShellExecution": {
        const command = text(input, "command");
        return call(CURSOR_EVENTS.shell, { ...at, tool: command && "Shell", args: { command }, canAsk: true });
      }
      case "beforeMCPExecution": {
        const server = text(input, "mcp_server_name") ?? text(input, "url") ?? text(input, "command");
        const args = field(input, "tool_input");
        return call(CURSOR_EVENTS.mcp, { ...at, tool: text(input, "tool_name"), args, server, canAsk: true });
      }
      case "preToolUse": {
        const tool = text(input, "tool_name");
        const isAskedLater = tool === "Shell" || tool?.startsWith("MCP:") === true;
        const event = isAskedLater ? CURSOR_EVENTS.toolAskedLater : CURSOR_EVENTS.tool;
        return call(event, { ...at, tool, args: field(input, "tool_input"), canAsk: isAskedLater });
      }
      case "beforeReadFile": {
        const file_path = text(input, "file_path");
        return call(CURSOR_EVENTS.read, { ...at, tool: file_path && "Read", args: { file_path }, canAsk: false });
      }
      case "beforeSubmitPrompt":
        return prompt(input, CURSOR_EVENTS.prompt, session);
      default:
        return undefined;
    }
  },
};
