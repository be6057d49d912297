// The entry `a3s-sentry/host`: internals for packages that extend the command, such as the fleet. Applications do not need
// it.

export { ACTION_KINDS, denyFilesOf, type PolicyDenyFile, type PolicyDenyFiles } from "./cli/deny/deny-files.js";
export {
  type FleetChange,
  type FleetLine,
  fleetNotes,
  setFleetLines,
  type WantedLines,
} from "./cli/deny/fleet-lines.js";
export { DENY_KINDS, type DenyFlags, type DenyKind } from "./cli/deny/options.js";
export { CliError, type ExitCode, errorText, type Io } from "./cli/io.js";
export { metricsAddress, metricsFor, serveMetrics } from "./cli/metrics-endpoint.js";
export { includeOf } from "./cli/policy-source.js";
export { untilSignalled } from "./cli/signals.js";
export { test as testPolicies } from "./cli/test/test.js";
export { writeOut } from "./cli/write.js";
export { escalationLine } from "./daemon/audit/escalation-line.js";
export type { Batch } from "./daemon/batch.js";
export { type Address, parseAddress } from "./daemon/config/address.js";
export { type RunFlags, type RunSettings, runSettings } from "./daemon/config/run-settings.js";
export {
  type EscalationOutcome,
  EscalationQueue,
  type QueuedEscalation,
} from "./daemon/escalation/escalation-queue.js";
export { LineJudge } from "./daemon/judging/line-judge.js";
export { PolicyLeases } from "./daemon/judging/policy-leases.js";
export { reserveOf, SharedSemaphore } from "./daemon/judging/shared-semaphore.js";
export { slowTiersOf } from "./daemon/judging/slow-tiers.js";
export { Log } from "./daemon/log.js";
export { type Loaded, load } from "./daemon/policy/load.js";
export { addCounts, countOf, type Tally, zeroTally } from "./daemon/tally.js";
export { type MetricDefinition, PROCESS_METRICS } from "./daemon/telemetry/process-metrics.js";
export { RELOAD_METRICS, type ReloadCounts } from "./daemon/telemetry/shared-metrics.js";
export { TargetCheck } from "./enforcer/target-check.js";
export { errnoOf } from "./util/errno.js";
export { escapeTerminal } from "./util/escape-terminal.js";
export { formatCount, formatNumber } from "./util/format.js";
