// What the Claude Agent SDK calls, and what it takes for an answer.

/** The events that are answered. */
export type HookEventName = "PreToolUse" | "PreSkillShellCommand" | "UserPromptSubmit";

/** An answer: none of the members is no opinion. */
export interface HookOutput {
  decision?: "block";
  reason?: string;
  hookSpecificOutput?:
    | {
        hookEventName: "PreToolUse";
        permissionDecision: "allow" | "deny" | "ask";
        permissionDecisionReason: string;
      }
    | { hookEventName: "PreSkillShellCommand"; permissionDecision: "deny"; permissionDecisionReason: string };
}

/** Answers an event. */
export type HookCallback = (
  input: object,
  toolUseId: string | undefined,
  options: { readonly signal: AbortSignal },
) => Promise<HookOutput>;

/** Callbacks for one event, whatever the tool. */
export interface HookMatcher {
  hooks: HookCallback[];
  /** In seconds. */
  timeout: number;
  /** What a failure of the hook does to the action. */
  onFailure: "block";
}
