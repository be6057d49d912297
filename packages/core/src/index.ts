// The public API. Every entry of the package exports it, except `./llm` and `./host`.

export type {
  Action,
  ActionKind,
  Decision,
  EventKind,
  Evidence,
  FinalDecision,
  Risk,
  Severity,
  TargetFrom,
  Tier,
  Verdict,
} from "./decision/decision.js";
export type { CommandsTrace, CommandTrace, Explanation, RuleSide, RuleTrace } from "./decision/explanation.js";
export {
  dns,
  type EventOptions,
  egress,
  fileAccess,
  fileDelete,
  llmActivations,
  securityAction,
  sslContent,
  type ToolCallOptions,
  toolCall,
  toolExec,
} from "./events/builders.js";
export type { EventEnvelope, EventFields, EventInput, EventJson, SentryEvent } from "./events/event.js";
export { MAX_LINE_BYTES } from "./generated/boundary.js";
export type { Agent, Llm, Sae } from "./generated/wire.js";
export type {
  Allowed,
  ApprovalRequest,
  ApprovalStore,
  Asked,
  CheckOptions,
  Denied,
  Guard,
  GuardOptions,
  GuardOutcome,
  ToolCallInput,
} from "./guard/types.js";
export { wellKnownEvents } from "./guard/well-known-events.js";
export type { StageL2Result, StageResult, StopReason } from "./pipeline/stage.js";
export type {
  EventFacts,
  Judge,
  JudgedEvent,
  MakeTiers,
  TierDecision,
  TierSettings,
  Tiers,
} from "./pipeline/tier.js";
export type { Diagnostic, Related, SourceSpan } from "./policy/diagnostic.js";
export type { Env, Unresolved } from "./policy/env.js";
export type { Files, ReadFile } from "./policy/files.js";
export type { Include, IncludedFile } from "./policy/include.js";
export { type LintOptions, lint } from "./policy/lint.js";
export type { FileOptions, PolicyOptions } from "./policy/options.js";
export type {
  AskSettings,
  DenyFiles,
  DenyLimits,
  GuardPolicy,
  LlmSettings,
  Policy,
  PolicyDefault,
  PolicyOverrides,
  RedactSettings,
  Rule,
} from "./policy/policy.js";
export { PolicyError } from "./policy/policy-error.js";
export type { PolicyInput, SecretKind, SecretPatternInput, TestInput } from "./policy/policy-input.js";
export type {
  BuiltinRule,
  CodeInput,
  CommandInput,
  ListInput,
  ListReference,
  RiskCategory,
  RuleInput,
  TextsInput,
  UnlessInput,
} from "./policy/rule-input.js";
export type { PolicyFormat, PolicySource } from "./policy/source.js";
export { type AnswerFormat, AnswerRestorer } from "./redact/answer/answer-restorer.js";
export type { KeptPlaceholder, RestoredSecret, RestorerSource } from "./redact/answer/texts.js";
export type { InspectOptions } from "./redact/gate.js";
export type { Restores } from "./redact/placeholder.js";
export type { Redactor } from "./redact/redactor.js";
export type { KeptPlace, Restored, RestoredPlace, RestoreOptions, RestorePlace, Restorer } from "./redact/restorer.js";
export type { Masked, Redaction, WireDirection, WireInspection } from "./redact/wire-inspection.js";
export type { SaeScore } from "./sae/score.js";
export type { SentryOptions, SentrySpec } from "./sentry/options.js";
export { type JudgeOptions, Sentry } from "./sentry/sentry.js";
export type { StreamCounters } from "./stream/counters.js";
export type { SkippedLine, SkippedSample, StreamItem, StreamLine, StreamLines } from "./stream/item.js";
export type { EventStream, StreamOptions, StreamSource } from "./stream/stream.js";
