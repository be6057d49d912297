// The entry `@a3s-sentry/core/host`: internals for packages that extend the core, such as the Node
// package. Applications do not need it.

import type { ToolsModule } from "./tools/module.js";

export { OVERSIZED_EVENT } from "./decision/l1-decisions.js";
export { JsonText } from "./events/json-text.js";
export { canonicalJson } from "./guard/canonical-json.js";
export { explanationsOfCall } from "./guard/explained-call.js";
export { naturalDeny } from "./pipeline/natural-deny.js";
export { hasPlaceholder, PLACEHOLDER_LETTERS } from "./redact/placeholder.js";
export { prepareSentry, type ReviseSettings, type SentryParts } from "./sentry/parts.js";
export { type ComparedLines, type DecisionPair, LineComparison } from "./stream/line-comparison.js";
export { messageOf } from "./util/error.js";
export { given } from "./util/given.js";
export { truncateUtf8 } from "./util/text.js";

/** The wasm module of the tools, loaded by the first call. */
export async function loadTools(): Promise<ToolsModule> {
  return await (await import("./tools/module.js")).loadTools();
}
