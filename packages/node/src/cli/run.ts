// `run`: the daemon on this process's streams and signals.

import { load } from "../daemon/load.js";
import { Log } from "../daemon/log.js";
import { Daemon, type Result } from "../daemon/run.js";
import { type RunFlags, type RunSettings, runSettings } from "../daemon/settings.js";
import { FAIL_OPEN_WARNING, startLine } from "../daemon/start.js";
import { summary } from "../daemon/totals.js";
import { stampOf, watchFile } from "../daemon/watch.js";
import type { Sentry } from "../sentry.js";
import { refuseDirectory, runInput } from "./input.js";
import { CliError, type ExitCode, errorText, type Io } from "./io.js";

export async function run(flags: RunFlags, io: Io): Promise<ExitCode> {
  refuseDirectory(io);
  const settings = runSettings(flags, io.env);
  // Before it is read: a change since then is one to be told.
  const stamp = settings.policy === undefined ? "" : await stampOf(settings.policy);
  const { sentry, warnings } = await load(settings);
  const { failClosed } = sentry.policy;
  const log = new Log(io.stderr);
  tellPolicy(log, "", sentry, [...warnings, ...settings.unheeded]);
  if (io.stdin.isTTY) log.line("waiting for events on stdin, one JSON object a line; Ctrl-D ends");
  const daemon = new Daemon(sentry, { input: runInput(io), output: io.stdout, log });
  const result = await untilSignalled(async (signal) => {
    const over = new AbortController();
    if (settings.policy !== undefined) void reload(settings, settings.policy, stamp, daemon, log, over.signal);
    try {
      return await daemon.run(signal);
    } catch (error) {
      throw new CliError(`cannot read stdin: ${errorText(error)}`, { cause: error });
    } finally {
      over.abort();
    }
  });
  log.line(`a3s-sentry: ${summary(result.totals, failClosed)}`);
  refuseLostAudit(result);
  return 0;
}

function tellPolicy(log: Log, what: string, sentry: Sentry, warnings: readonly string[]): void {
  log.line(`${what}${startLine(sentry.policy)}`);
  for (const warning of warnings) log.line(`warning: ${warning}`);
  if (!sentry.policy.failClosed) log.line(FAIL_OPEN_WARNING);
}

/** SIGINT or SIGTERM end the run in order; a second one ends the process at once. */
async function untilSignalled<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    forget();
  };
  const forget = (): void => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    forget();
  }
}

/** A reader that has gone (`head -1`) has seen what it wanted. Any other failure loses audit lines. */
function refuseLostAudit({ outputError }: Result): void {
  if (outputError === undefined || ("code" in outputError && outputError.code === "EPIPE")) return;
  throw new CliError(`cannot write the audit lines to stdout: ${errorText(outputError)}`, { cause: outputError });
}

/** Puts each new state of the file of rules in force. What is no policy changes nothing. */
async function reload(
  settings: RunSettings,
  file: string,
  stamp: string,
  daemon: Daemon,
  log: Log,
  over: AbortSignal,
): Promise<void> {
  await watchFile(
    file,
    stamp,
    async () => {
      try {
        const { sentry, warnings } = await load(settings);
        if (over.aborted) return sentry.close();
        daemon.replace(sentry);
        tellPolicy(log, `a3s-sentry: reloaded \`${file}\`: `, sentry, warnings);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        log.line(`error: the rules in force stay, since \`${file}\` has changed to what is no policy\n${why}`);
      }
    },
    over,
  );
}
