// What every entry point of the package exports.

export type { Action, ActionKind, Decision, EventKind, Evidence, Risk, Severity, Tier, Verdict } from "./decision.js";
export { MAX_LINE_BYTES } from "./engine/rows.js";
export {
  dns,
  type EventJson,
  type EventOptions,
  egress,
  fileAccess,
  fileDelete,
  llmActivations,
  securityAction,
  sslContent,
  toolExec,
} from "./events/builders.js";
export type { Explanation, RuleTrace } from "./explain.js";
export type { EventInput } from "./input.js";
export { lint } from "./open.js";
export type { PolicyOptions, SentryOptions, SentryRecipe } from "./options.js";
export type { EventFacts, Judge, JudgedEvent, TierDecision, Tiers } from "./pipeline/judge.js";
export type { Diagnostic, Related, SourceSpan } from "./policy/diagnostic.js";
export type { Env } from "./policy/env.js";
export { PolicyError } from "./policy/error.js";
export type { DenyFiles, LlmSettings, Policy, PolicyOverrides, Rule } from "./policy/policy.js";
export type { PolicyFormat, PolicySource } from "./policy/source.js";
export { type JudgeOptions, Sentry } from "./sentry.js";
export type { StreamCounters } from "./stream/counters.js";
export type { StreamItem } from "./stream/item.js";
export type { EventStream, StreamSource } from "./stream/stream.js";
export { truncateUtf8 } from "./text.js";
