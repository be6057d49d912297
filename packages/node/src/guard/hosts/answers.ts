// The forms of answers that several hosts share.

import type { HostAnswers } from "./host.js";
import type { JsonObject } from "./json-object.js";

/** The reason of a grant: some hosts want one. */
export const GRANTED = "allowed by the policy of a3s-sentry";

/** Claude Code's and Codex's form: the decision in `hookSpecificOutput`. */
export const decision = (event: string, permissionDecision: string, reason: string): JsonObject => ({
  hookSpecificOutput: { hookEventName: event, permissionDecision, permissionDecisionReason: reason },
});

/** The answers to a submitted prompt: whatever else is printed would become part of the prompt. */
export const PROMPT_SUBMIT: HostAnswers = { noOpinion: null, deny: (reason) => ({ decision: "block", reason }) };
