// Antigravity CLI: what it sends before an agent acts, and the answers that it understands.

import type { Host, HostEvent } from "./host.js";
import { field, isObject, text } from "./json-object.js";
import { call, firstRoot } from "./requests.js";

const ANTIGRAVITY_PRE_TOOL_USE: HostEvent = {
  name: "PreToolUse",
  answers: {
    // `allow` does not skip Antigravity's own prompt; without a decision, it asks.
    noOpinion: { decision: "allow" },
    deny: (reason) => ({ decision: "deny", reason }),
    // `ask` obeys what the user has allowed for ever.
    ask: (reason) => ({ decision: "force_ask", reason }),
  },
};

export const ANTIGRAVITY: Host = {
  name: "antigravity",
  title: "Antigravity CLI",
  testedWith: "1.1.2",
  onCrash: "asks",
  onTimeout: "asks",
  notCovered: ["What Antigravity does when a hook exceeds the time limit is not documented."],
  denyUnread: ANTIGRAVITY_PRE_TOOL_USE.answers.deny,
  example: (command, cwd) => ({
    conversationId: "a3s-sentry-doctor",
    workspacePaths: [cwd],
    toolCall: { name: "run_command", args: { CommandLine: command, Cwd: cwd } },
  }),
  read: (input) => {
    const toolCall = field(input, "toolCall");
    if (!isObject(toolCall)) return undefined;
    const args = field(toolCall, "args");
    return call(ANTIGRAVITY_PRE_TOOL_USE, {
      tool: text(toolCall, "name"),
      args,
      cwd: (isObject(args) ? text(args, "Cwd") : undefined) ?? firstRoot(input, "workspacePaths"),
      session: text(input, "conversationId"),
      canAsk: true,
    });
  },
};
