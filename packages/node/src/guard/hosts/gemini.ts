// Gemini CLI: what it sends before an agent acts, and the answers that it understands.

import type { Host, HostEvent } from "./host.js";
import { field } from "./json-object.js";
import { snakeCaseCall } from "./requests.js";

const GEMINI_BEFORE_TOOL: HostEvent = {
  name: "BeforeTool",
  answers: {
    // No output counts as an answer too, but so does that of a hook that timed out.
    noOpinion: {},
    deny: (reason) => ({ decision: "deny", reason }),
    ask: (reason) => ({ decision: "ask", reason }),
  },
};

export const GEMINI: Host = {
  name: "gemini",
  title: "Gemini CLI",
  testedWith: "0.61.0",
  onCrash: "blocks",
  onTimeout: "goes-ahead",
  notCovered: [
    "A hook that exceeds the time limit lets the call run. No setting changes that.",
    "The settings of a project that you trust can switch hooks off.",
  ],
  denyUnread: GEMINI_BEFORE_TOOL.answers.deny,
  example: (command, cwd) => ({
    session_id: "a3s-sentry-doctor",
    cwd,
    hook_event_name: "BeforeTool",
    tool_name: "run_shell_command",
    tool_input: { command },
  }),
  read: (input) => {
    if (field(input, "hook_event_name") !== "BeforeTool") return undefined;
    return snakeCaseCall(input, GEMINI_BEFORE_TOOL, true);
  },
};
