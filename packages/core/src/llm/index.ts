// The entry `@a3s-sentry/core/llm`: L2, and helpers for a judge that asks a model.

export { checkEcho } from "./check-echo.js";
export {
  type ChatClient,
  type ChatCompletion,
  type ChatMessage,
  type ChatRequest,
  chatClient,
  type ToolCall,
} from "./client.js";
export { type Fence, fence } from "./fence.js";
export { failureOf } from "./llm-failure.js";
export { type Reply, readReply } from "./reply.js";
export { llmTier } from "./tier.js";
export { withoutKey } from "./without-key.js";
