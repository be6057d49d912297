// `run`: the daemon on this process's streams and signals.

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
  const tellFailure = firstFailures(log);
  const tierTook = (time: TierTime): void => {
    metrics?.tierTook(time);
    tellFailure(time);
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
      tellPolicy(log, "", loaded);
      for (const warning of unknownVariables(io.env)) log.line(`warning: ${warning}`);
      hangUps.listen(() => void reloader.reload());
      if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
      if (io.stdin.isTTY) log.line("waiting for events on stdin, one JSON object a line; Ctrl-D ends");
      return daemon.run(signal);
    });
  } catch (error) {
    // What has no code is no fault of the system, but a defect of this program.
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

/** What they are made with is loaded only where somebody wants them. */
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

function tellPolicy(log: Log, what: string, { sentry, warnings }: Loaded): void {
  log.line(`${what}${startLine(sentry)}`);
  for (const warning of warnings) log.line(`warning: ${warning}`);
  const loud = failOpenWarning(sentry);
  if (loud !== undefined) log.line(loud);
}

/** Tells the first failure of each slow tier: a wrong address or program shows here, not in the audit alone. */
function firstFailures(log: Log): (time: TierTime) => void {
  const told = new Set<Tier>();
  return ({ tier, failure }) => {
    if (failure === undefined || told.has(tier)) return;
    told.add(tier);
    log.line(`warning: ${failure} (told once)`);
  };
}

/** Puts each new state of the files in force. What is no policy changes nothing. */
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
    tell: (loaded) => tellPolicy(log, `a3s-sentry: reloaded ${names}: `, loaded),
    refused: (error) => {
      const why = error instanceof Error ? error.message : String(error);
      log.line(`error: the policy in force stays, since ${names} cannot be loaded\n${why}`);
    },
  });
}

/** A reader that has gone (`head -1`) has seen what it wanted. Any other failure loses audit lines. */
function refuseLostAudit({ outputError }: Result): void {
  if (outputError === undefined || ("code" in outputError && outputError.code === "EPIPE")) return;
  throw new CliError(`cannot write the audit lines to stdout: ${errorText(outputError)}`, { cause: outputError });
}
