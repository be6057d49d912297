// The public API: that of the core, with a `Sentry` that reads policy files and writes deny-files.

export * from "@a3s-sentry/core";
export { EnforceError } from "./enforcer/enforce-error.js";
export type { NotEnforced } from "./enforcer/target-check.js";
export { type Enforced, Sentry } from "./sentry.js";
