// Codex CLI: what it sends before an agent acts, and the answers that it understands.

import { decision, PROMPT_SUBMIT } from "./answers.js";
import type { Host, HostEvent } from "./host.js";
import { field, text } from "./json-object.js";
import { prompt, snakeCaseCall, snakeCaseExample } from "./requests.js";

/** Codex understands a denial with a reason, and silence. Whatever else is printed lets the call run. */
const CODEX_PRE_TOOL_USE: HostEvent = {
  name: "PreToolUse",
  answers: { noOpinion: null, deny: (message) => decision("PreToolUse", "deny", message) },
};

const CODEX_PROMPT: HostEvent = { name: "UserPromptSubmit", answers: PROMPT_SUBMIT };

export const CODEX: Host = {
  name: "codex",
  title: "Codex CLI",
  testedWith: "0.171.0",
  onCrash: "blocks",
  onTimeout: "goes-ahead",
  notCovered: [
    "A hook that exceeds the time limit lets the call run. No setting changes that.",
    "A new or changed hook is skipped until you accept it in `/hooks`.",
    "The settings of a project that you trust can switch hooks off.",
    "Text typed into a running session of a shell, and tools that OpenAI runs, are not seen.",
    "Codex cannot ask a person for a hook: `ask_fallback` decides.",
  ],
  example: snakeCaseExample,
  read: (input) => {
    switch (field(input, "hook_event_name")) {
      case "PreToolUse":
        return snakeCaseCall(input, CODEX_PRE_TOOL_USE, false);
      case "UserPromptSubmit":
        return prompt(input, CODEX_PROMPT, text(input, "session_id"));
      default:
        return undefined;
    }
  },
};
