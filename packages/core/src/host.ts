// The entry `@a3s-sentry/core/host`: what a host needs that builds on the core, such as the Node package. Not for applications.

export { naturalDeny } from "./pipeline/natural-deny.js";
export { prepareSentry, type ReviseSettings, SentryParts } from "./sentry/parts.js";
export type { StreamSource } from "./stream/stream.js";
export { truncateUtf8 } from "./util/text.js";
