// What the package exports: everything of the core, with a Sentry that reads files and writes deny-files.

export * from "@a3s-sentry/core";
export { EnforceError } from "./enforcer/enforce-error.js";
export { type Enforced, Sentry } from "./sentry.js";
