// The entry `@a3s-sentry/core/ai-sdk`: guards the tools of an agent on the Vercel AI SDK. It loads nothing of `ai`.

export {
  type ApprovalCall,
  type ApprovalFunction,
  type ApprovalOptions,
  type ApprovalStatus,
  type OwnApproval,
  sentryApproval,
} from "./approval.js";
export type { CallOptions } from "./check-call.js";
export { guardTools } from "./guarded-tools.js";
export { type GateSentry, type MiddlewareOptions, type SentryMiddleware, sentryMiddleware } from "./middleware.js";
export {
  type ClientDecision,
  type PolicyClientOptions,
  type SentryPolicyClient,
  sentryPolicyClient,
} from "./policy-client.js";
export { PromptBlocked } from "./prompt-blocked.js";
export type { AnswerOptions } from "./restored-answer.js";
export { ToolCallDenied } from "./tool-call-denied.js";
