// `run`: starts the daemon on the streams and signals of this process.

import type { Tier } from "@a3s-sentry/core";
import { unknownVariables } from "../daemon/config/environment-variables.js";
import { type RunFlags, type RunSettings, runSettings } from "../daemon/config/run-settings.js";
import { Daemon, type Result } from "../daemon/daemon.js";
import type { TierTime } from "../daemon/escalation/tier-timing.js";
import { Log } from "../daemon/log.js";
import { type Loaded, load } from "../daemon/policy/load.js";
import { Reloader } from "../daemon/policy/reloader.js";
import { type Listening, serve } from "../daemon/telemetry/http-endpoint.js";
import type { Observed } from "../daemon/telemetry/metric-definitions.js";
import type { Metrics } from "../daemon/telemetry/metrics.js";
import { failOpenWarning, startLine } from "../daemon/telemetry/start-line.js";
import { summary } from "../daemon/telemetry/totals.js";
import { refuseDirectory, runInput } from "./input.js";
import { CliError, type ExitCode, errorText, type Io } from "./io.js";
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
  const metrics = await metricsFor(settings, () => ({ ...daemon.observed, reloads: reloader.counts }));
  const stamps = new Map<string, string>();
  const reportFailure = firstFailureReporter(log);
  const tierTook = (time: TierTime): void => {
    metrics?.tierTook(time);
    reportFailure(time);
  };
  const filled = new Set<string>();
  const loadTo = (to: Map<string, string>): Promise<Loaded> => load(settings, { stamps: to, filled, tierTook });
  const loaded = await loadTo(stamps);
  const { failClosed } = loaded.sentry.policy;
  const endpoint = await listen(settings, metrics, () => daemon.takesEvents);
  const daemon = new Daemon(loaded.sentry, { input: runInput(io), output: io.stdout, log }, settings);
  const reloader = reloaderFor(daemon, settings, stamps, loadTo, log);
  let result: Result;
  try {
    result = await untilSignalled((signal) => {
      reportPolicy(log, "", loaded);
      for (const warning of unknownVariables(io.env)) log.line(`warning: ${warning}`);
      hangUps.listen(() => void reloader.reload());
      if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
      if (io.stdin.isTTY) log.line("waiting for events on stdin, one JSON object per line; Ctrl-D ends");
      return daemon.run(signal);
    });
  } catch (error) {
    // An error without a code is not the system's: it is a defect of this program.
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new CliError(`cannot read stdin: ${errorText(error)}`, { cause: error });
  } finally {
    reloader.close();
    endpoint?.close();
  }
  log.line(`a3s-sentry: ${summary(result.totals, failClosed)}`);
  refuseLostAudit(result);
  return 0;
}

/** Loads the metrics library only if metrics are requested. */
async function metricsFor({ metrics }: RunSettings, observed: () => Observed): Promise<Metrics | undefined> {
  if (metrics === undefined) return undefined;
  const loaded = await import("../daemon/telemetry/metrics.js");
  return new loaded.Metrics(observed);
}

async function listen(
  { metrics: address }: RunSettings,
  metrics: Metrics | undefined,
  healthy: () => boolean,
): Promise<Listening | undefined> {
  if (address === undefined || metrics === undefined) return undefined;
  try {
    return await serve(address, { metrics: () => metrics.text(), healthy });
  } catch (error) {
    throw new CliError(`cannot serve metrics at \`${address.text}\`: ${errorText(error)}`, { cause: error });
  }
}

function reportPolicy(log: Log, prefix: string, { sentry, warnings }: Loaded): void {
  log.line(`${prefix}${startLine(sentry)}`);
  for (const warning of warnings) log.line(`warning: ${warning}`);
  const failOpen = failOpenWarning(sentry);
  if (failOpen !== undefined) log.line(failOpen);
}

/**
 * Reports the first failure of each slow tier, so that a wrong address or program shows on stderr and
 * not only in the audit.
 */
function firstFailureReporter(log: Log): (time: TierTime) => void {
  const reported = new Set<Tier>();
  return ({ tier, failure }) => {
    if (failure === undefined || reported.has(tier)) return;
    reported.add(tier);
    log.line(`warning: ${failure} (reported once)`);
  };
}

/** Applies each change of the files. An invalid policy changes nothing. */
function reloaderFor(
  daemon: Daemon,
  { config, policy }: RunSettings,
  stamps: Map<string, string>,
  load: (to: Map<string, string>) => Promise<Loaded>,
  log: Log,
): Reloader {
  const files = [config, policy].filter((file) => file !== undefined).map((file) => `\`${file}\``);
  const names = files.join(" and ") || "the built-in rules";
  return new Reloader(stamps, {
    load,
    replace: (sentry) => daemon.replace(sentry),
    tell: (loaded) => reportPolicy(log, `a3s-sentry: reloaded ${names}: `, loaded),
    refused: (error) => {
      const why = error instanceof Error ? error.message : String(error);
      log.line(`error: cannot load ${names}: the current policy stays in force\n${why}`);
    },
  });
}

/** Throws if audit lines were lost. A reader that closes stdout, such as `head -1`, wants no more of them. */
function refuseLostAudit({ outputError }: Result): void {
  if (outputError === undefined || ("code" in outputError && outputError.code === "EPIPE")) return;
  throw new CliError(`cannot write the audit lines to stdout: ${errorText(outputError)}`, { cause: outputError });
}
