// The words that are values of settings. Apart from their parsing, so that the command can list them
// without the code of `run`.

import type { Severity, StreamLines } from "@a3s-sentry/core";

export const SEVERITIES: readonly Severity[] = ["info", "low", "medium", "high", "critical"];

/** Which lines of the input get a line of the output. */
export const DECISIONS: readonly StreamLines[] = ["notable", "all"];

/** What a run does when its output has no reader. */
export type AuditLost = "stop" | "continue";

export const AUDIT_LOST: readonly AuditLost[] = ["stop", "continue"];
