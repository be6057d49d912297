// `run`: runs the daemon on the streams and signals of this process.

import type { Tier } from "@a3s-sentry/core";
import { unknownVariables } from "../daemon/config/environment-variables.js";
import { type RunFlags, type RunSettings, runSettings } from "../daemon/config/run-settings.js";
import { Daemon, type RunResult } from "../daemon/daemon.js";
import type { TierTiming } from "../daemon/escalation/tier-timing.js";
import { Log } from "../daemon/log.js";
import { type Loaded, load } from "../daemon/policy/load.js";
import { Reloader } from "../daemon/policy/reloader.js";
import { RUN_METRICS } from "../daemon/telemetry/metric-definitions.js";
import { failOpenWarning, startLine } from "../daemon/telemetry/start-line.js";
import { stoppedLine, summaryLine } from "../daemon/telemetry/summary-line.js";
import { errnoOf } from "../util/errno.js";
import { formatNumber } from "../util/format.js";
import { AuditText } from "./audit-text.js";
import { refuseDirectory, runInput } from "./input.js";
import { CliError, colorsFor, type ExitCode, errorText, type Io } from "./io.js";
import { metricsFor, serveMetrics } from "./metrics-endpoint.js";
import { HangUps, untilSignalled } from "./signals.js";

export async function run(flags: RunFlags, io: Io): Promise<ExitCode> {
  const hangUps = new HangUps();
  try {
    return await runUntilEnd(flags, io, hangUps);
  } finally {
    hangUps.close();
  }
}

async function runUntilEnd(flags: RunFlags, io: Io, hangUps: HangUps): Promise<ExitCode> {
  refuseDirectory(io);
  const settings = runSettings(flags, io.env);
  const log = new Log(io.stderr);
  const metrics = await metricsFor(
    settings.metrics,
    ({ TierMetrics }) => new TierMetrics(RUN_METRICS, () => ({ ...daemon.observed, reloads: reloader.counts })),
  );
  const logFailure = firstFailureLogger(log);
  const onTierTiming = (timing: TierTiming): void => {
    metrics?.recordTiming(timing);
    logFailure(timing);
  };
  const nonEmpty = new Set<string>();
  const loadPolicy = (fingerprints: Map<string, string>): Promise<Loaded> =>
    load(settings, { fingerprints, nonEmpty, onTierTiming });
  const fingerprints = new Map<string, string>();
  const loaded = await loadPolicy(fingerprints);
  const lints = await loaded.lints();
  const endpoint = await serveMetrics(settings.metrics, metrics, () => daemon.problem);
  const daemon = new Daemon(
    loaded.sentry,
    { input: runInput(io), output: io.stdout, log, render: rendererFor(flags, io) },
    settings,
  );
  const reloader = reloaderFor(daemon, settings, fingerprints, loadPolicy, log);
  let result: RunResult;
  try {
    result = await untilSignalled((signal) => {
      logPolicy(log, "", loaded);
      logWarnings(log, [...lints, ...settings.warnings, ...unknownVariables(io.env)]);
      hangUps.listen(() => void reloader.reload());
      if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
      if (io.stdin.isTTY) log.line("waiting for events on stdin, one JSON object per line; Ctrl-D ends");
      return daemon.run(signal);
    });
  } catch (error) {
    // An error without a code is not from the system, but a defect of this program.
    if (errnoOf(error) === undefined) throw error;
    throw new CliError(`cannot read stdin: ${errorText(error)}`, { cause: error });
  } finally {
    reloader.close();
    endpoint?.close();
  }
  if (result.auditLost > 0) log.line(`warning: ${formatNumber(result.auditLost)} audit lines were lost`);
  log.line(`a3s-sentry: ${stoppedLine(result.totals)}`);
  log.line(`a3s-sentry: ${summaryLine(result.totals)}`);
  rejectLostAudit(result);
  return 0;
}

/** Text for people on a terminal, unless it is to get JSON too. */
function rendererFor({ json }: RunFlags, { stdout, env }: Io): ((lines: Uint8Array) => string) | undefined {
  if (json || !stdout.isTTY) return undefined;
  const text = new AuditText(colorsFor(stdout, env), () => stdout.columns);
  return (lines) => text.render(lines);
}

function logPolicy(log: Log, prefix: string, { sentry, warnings }: Loaded): void {
  log.line(`${prefix}${startLine(sentry)}`);
  logWarnings(log, warnings);
  const failOpen = failOpenWarning(sentry);
  if (failOpen !== undefined) log.line(failOpen);
}

function logWarnings(log: Log, warnings: readonly string[]): void {
  for (const warning of warnings) log.line(`warning: ${warning}`);
}

/**
 * Logs the first failure of each slow tier, so that a wrong URL or program shows in the log too.
 */
function firstFailureLogger(log: Log): (timing: TierTiming) => void {
  const logged = new Set<Tier>();
  return ({ tier, failure }) => {
    if (failure === undefined || logged.has(tier)) return;
    logged.add(tier);
    log.line(`warning: ${failure} (reported once)`);
  };
}

/** Puts each new state of the policy's files in force. Invalid files change nothing. */
function reloaderFor(
  daemon: Daemon,
  { config, policy }: RunSettings,
  fingerprints: Map<string, string>,
  load: (fingerprints: Map<string, string>) => Promise<Loaded>,
  log: Log,
): Reloader<Loaded> {
  const files = [config, policy].filter((file) => file !== undefined).map((file) => `\`${file}\``);
  const names = files.join(" and ") || "the built-in rules";
  return new Reloader(fingerprints, {
    load,
    usePolicy: (sentry) => daemon.usePolicy(sentry),
    onLoaded: (loaded) => {
      logPolicy(log, `a3s-sentry: reloaded ${names}: `, loaded);
      // A failure of the rule engine shows in the audit; the warnings are then not worth a line.
      loaded.lints().then(
        (lints) => logWarnings(log, lints),
        () => {},
      );
    },
    onRefused: (error) => {
      const why = error instanceof Error ? error.message : String(error);
      log.line(`error: cannot load ${names}: the current policy stays in force\n${why}`);
    },
  });
}

function rejectLostAudit({ outputError }: RunResult): void {
  if (outputError === undefined) return;
  throw new CliError(`cannot write the audit lines to stdout: ${errorText(outputError)}`, { cause: outputError });
}
