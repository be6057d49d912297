// Copilot CLI: what it sends before an agent acts, and the answers that it understands.

import { GRANTED } from "./answers.js";
import type { Host, HostEvent } from "./host.js";
import { field, text } from "./json-object.js";
import { call, snakeCaseCall } from "./requests.js";

const COPILOT_PRE_TOOL_USE: HostEvent = {
  name: "preToolUse",
  answers: {
    noOpinion: null,
    grant: { permissionDecision: "allow", permissionDecisionReason: GRANTED },
    deny: (reason) => ({ permissionDecision: "deny", permissionDecisionReason: reason }),
    ask: (reason) => ({ permissionDecision: "ask", permissionDecisionReason: reason }),
  },
};

export const COPILOT: Host = {
  name: "copilot",
  title: "Copilot CLI",
  testedWith: "1.0.102",
  onCrash: "blocks",
  onTimeout: "goes-ahead",
  notCovered: [
    "A hook that exceeds the time limit lets the call run, also as a policy hook. No setting changes that.",
    "In the cloud agent, a question counts as a denial, and only hooks in the repository run.",
    "Some versions run subagents and plugins without hooks.",
  ],
  example: (command, cwd) => ({ sessionId: "a3s-sentry-doctor", cwd, toolName: "bash", toolArgs: { command } }),
  read: (input) => {
    if (field(input, "hook_event_name") === "PreToolUse") return snakeCaseCall(input, COPILOT_PRE_TOOL_USE, true);
    if (field(input, "hook_event_name") !== undefined) return undefined;
    return call(COPILOT_PRE_TOOL_USE, {
      tool: text(input, "toolName"),
      args: field(input, "toolArgs"),
      cwd: text(input, "cwd"),
      session: text(input, "sessionId"),
      canAsk: true,
    });
  },
};
