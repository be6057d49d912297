// Claude Code: what it sends before an agent acts, and the answers that it understands.

import { decision, GRANTED, PROMPT_SUBMIT } from "./answers.js";
import type { Host, HostEvent } from "./host.js";
import { field, text } from "./json-object.js";
import { prompt, snakeCaseCall, snakeCaseExample } from "./requests.js";

const CLAUDE_PRE_TOOL_USE: HostEvent = {
  name: "PreToolUse",
  answers: {
    noOpinion: null,
    grant: decision("PreToolUse", "allow", GRANTED),
    deny: (message) => decision("PreToolUse", "deny", message),
    ask: (message) => decision("PreToolUse", "ask", message),
  },
};

/** A shell line in the text of a skill. Any decision but `allow` keeps it from running, so `ask` asks nobody. */
const CLAUDE_PRE_SKILL: HostEvent = {
  name: "PreSkillShellCommand",
  answers: { noOpinion: null, deny: (message) => decision("PreSkillShellCommand", "deny", message) },
};

const CLAUDE_PROMPT: HostEvent = { name: "UserPromptSubmit", answers: PROMPT_SUBMIT };

/** The modes of Claude Code in which a person answers prompts. In others, nobody or a model may. */
const CLAUDE_MODES_WITH_PROMPTS: ReadonlySet<unknown> = new Set([undefined, "default", "acceptEdits", "plan"]);

export const CLAUDE_CODE: Host = {
  name: "claude-code",
  title: "Claude Code",
  testedWith: "2.1.332",
  onCrash: "blocks",
  onTimeout: "blocks",
  notCovered: [
    "Before version 2.1.295, Claude Code does not know `onFailure`: a hook that exceeds the time limit lets the call go ahead.",
    "The settings of a project that you trust can switch all hooks off, or set variables such as `LD_PRELOAD` for them.",
    "Tools that the model's provider runs, such as web search, are not seen.",
  ],
  example: snakeCaseExample,
  read: (input) => {
    const canAsk = CLAUDE_MODES_WITH_PROMPTS.has(field(input, "permission_mode"));
    switch (field(input, "hook_event_name")) {
      case "PreToolUse":
        return snakeCaseCall(input, CLAUDE_PRE_TOOL_USE, canAsk);
      case "PreSkillShellCommand":
        return snakeCaseCall(input, CLAUDE_PRE_SKILL, false);
      case "UserPromptSubmit":
        return prompt(input, CLAUDE_PROMPT, text(input, "session_id"));
      default:
        return undefined;
    }
  },
};
