// `serve`: judges the calls of all agents of a user or a machine, until it is interrupted.

import { once } from "node:events";
import { BatchedWriter } from "../../daemon/audit/batched-writer.js";
import type { TierTiming } from "../../daemon/escalation/tier-timing.js";
import { Log } from "../../daemon/log.js";
import { Reloader } from "../../daemon/policy/reloader.js";
import type { Listening as Endpoint } from "../../daemon/telemetry/http-endpoint.js";
import type { TierMetrics } from "../../daemon/telemetry/metrics.js";
import { GuardAudit } from "../../guard/resident/guard-audit.js";
import { GUARD_METRICS, type JudgeState } from "../../guard/resident/guard-metrics.js";
import { type LoadedLayers, loadLayers } from "../../guard/resident/load-layers.js";
import { SocketError } from "../../guard/resident/own-socket.js";
import { ResidentServer } from "../../guard/resident/resident-server.js";
import { tierLimit } from "../../guard/resident/tier-limit.js";
import { formatNumber } from "../../util/format.js";
import { VERSION } from "../../util/version.js";
import { AuditText } from "../audit-text.js";
import { CliError, colorsFor, type ExitCode, errorText, type Io } from "../io.js";
import { metricsFor, serveMetrics } from "../metrics-endpoint.js";
import { HangUps, untilSignalled } from "../signals.js";
import { type ServeFlags, type ServeSettings, serveSettings } from "./options.js";
import { peopleFor } from "./people.js";
import { logListening, logPolicies } from "./report.js";

export async function serve(flags: ServeFlags, io: Io): Promise<ExitCode> {
  if (process.platform === "win32")
    throw new CliError("`serve` does not run on Windows yet: hooks judge by themselves");
  const hangUps = new HangUps();
  try {
    return await serveUntilEnd(flags, io, hangUps);
  } finally {
    hangUps.close();
  }
}

async function serveUntilEnd(flags: ServeFlags, io: Io, hangUps: HangUps): Promise<ExitCode> {
  const settings = serveSettings(flags);
  const log = new Log(io.stderr);
  const metrics = await metricsFor(
    settings.metrics,
    ({ TierMetrics }) => new TierMetrics(GUARD_METRICS, () => server.state(reloader.counts)),
  );
  const load = loaderFor(settings, log, metrics);
  const fingerprints = new Map<string, string>();
  const loaded = await load(fingerprints);
  // Aborted with the reason why it cannot go on.
  const failed = new AbortController();
  const stopWith = (message: string): void => failed.abort(new CliError(message));
  const server = new ResidentServer({
    policy: loaded.sentry,
    audit: new GuardAudit(auditWriter(flags, io, log, stopWith), () => new Date()),
    socket: settings.socket,
    access: settings.access,
    httpPort: settings.httpPort,
    people: peopleFor(settings, io, log),
    lost: () => stopWith(`the socket \`${settings.socket}\` was removed or replaced: start \`serve\` again`),
  });
  const listening = await server.listen().catch(asCliError);
  const reloader = reloaderFor(server, load, fingerprints, log);
  let endpoint: Endpoint | undefined;
  try {
    endpoint = await serveMetrics(settings.metrics, metrics, () => undefined);
    await untilSignalled(async (signal) => {
      logPolicies(log, `a3s-sentry ${VERSION}: `, loaded);
      for (const lint of await loaded.lints()) log.line(`warning: ${lint}`);
      logListening(log, listening, endpoint);
      hangUps.listen(() => void reloader.reload());
      const stop = AbortSignal.any([signal, failed.signal]);
      if (!stop.aborted) await once(stop, "abort");
    });
  } finally {
    reloader.close();
    endpoint?.close();
    await server.close();
  }
  const { allow, ask, deny } = server.judge.outcomes;
  log.line(
    `a3s-sentry: judged ${formatNumber(allow + ask + deny)}: ${formatNumber(allow)} allowed, ${formatNumber(ask)} asked, ${formatNumber(deny)} denied`,
  );
  failed.signal.throwIfAborted();
  return 0;
}

type Load = (fingerprints: Map<string, string>) => Promise<LoadedLayers>;

function loaderFor({ user, workers }: ServeSettings, log: Log, metrics: TierMetrics<JudgeState> | undefined): Load {
  const nonEmpty = new Set<string>();
  const wrapTiers = tierLimit(workers);
  const failures = new Set<string>();
  const onTierTiming = (timing: TierTiming): void => {
    metrics?.recordTiming(timing);
    const { tier, failure } = timing;
    if (failure === undefined || failures.has(tier)) return;
    failures.add(tier);
    log.line(`warning: ${failure} (reported once)`);
  };
  return (fingerprints) => loadLayers({ user }, { fingerprints, nonEmpty, onTierTiming, wrapTiers });
}

/** Answers of people do not count while they cannot be audited. */
function auditWriter(
  { json, auditLost }: ServeFlags,
  { stdout, env }: Io,
  log: Log,
  stopWith: (message: string) => void,
): BatchedWriter {
  const text = json || !stdout.isTTY ? undefined : new AuditText(colorsFor(stdout, env), () => stdout.columns);
  const lost = (why: string): void => {
    if (auditLost === "stop") stopWith(why);
    else log.line(`error: ${why}; judging goes on`);
  };
  return new BatchedWriter(stdout, {
    lossy: true,
    render: text && ((lines) => text.render(lines)),
    failed: (error) => lost(`cannot write the audit lines to stdout: ${errorText(error)}`),
    stalled: () => lost("the reader of stdout does not read the audit lines"),
  });
}

function reloaderFor(
  server: ResidentServer,
  load: Load,
  fingerprints: Map<string, string>,
  log: Log,
): Reloader<LoadedLayers> {
  return new Reloader(fingerprints, {
    load,
    usePolicy: async (policy) => server.judge.usePolicy(policy),
    onLoaded: (loaded) => {
      logPolicies(log, "a3s-sentry: reloaded: ", loaded);
      loaded.lints().then(
        (lints) => {
          for (const lint of lints) log.line(`warning: ${lint}`);
        },
        () => {},
      );
    },
    onRefused: (error) => {
      const why = error instanceof Error ? error.message : String(error);
      log.line(`error: cannot load the policies: the current ones stay in force\n${why}`);
    },
  });
}

function asCliError(error: unknown): never {
  throw error instanceof SocketError ? new CliError(error.message, { cause: error }) : error;
}
