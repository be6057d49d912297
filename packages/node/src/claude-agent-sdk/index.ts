// The entry `a3s-sentry/claude-agent-sdk`: guards agents on the Claude Agent SDK. It loads nothing of it.

export {
  type GuardSource,
  type HooksOptions,
  type MergedHooks,
  type SentryHookOptions,
  sentryHooks,
} from "./hooks.js";
export type { CanUseTool, Permission } from "./permission.js";
export type { HookCallback, HookMatcher, HookOutput } from "./types.js";
