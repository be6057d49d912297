// `mcp`: runs a server of MCP behind a guard, as a process or over HTTP.

import { Log } from "../../daemon/log.js";
import { LayeredPolicy } from "../../guard/layered-policy.js";
import { findLayers, foundUserPolicy } from "../../guard/policy-layers.js";
import { SYSTEM_SOCKET } from "../../guard/sockets.js";
import type { ExitCode, Io } from "../io.js";
import { HangUps, untilSignalled } from "../signals.js";
import { auditAt, pinFileAt } from "./files.js";
import { type McpFlags, mcpSettings } from "./options.js";
import { overHttp } from "./over-http.js";
import { overStdio } from "./over-stdio.js";
import { sessionOptions } from "./session-options.js";

export async function mcp(words: readonly string[], flags: McpFlags, io: Io): Promise<ExitCode> {
  const { name, server } = mcpSettings(words, flags);
  const log = new Log(io.stderr);
  // Before the server is started: without a policy nothing is forwarded.
  const policy = await LayeredPolicy.open(findLayers({ user: flags.policy ?? foundUserPolicy() }));
  try {
    const audit = await auditAt(flags.audit, log);
    const pinFile = flags.pins === undefined ? undefined : pinFileAt(flags.pins, name);
    const options = sessionOptions(name, { policy, audit, log, pinFile, socket: flags.socket ?? SYSTEM_SOCKET });
    const code = await untilHungUp((signal) =>
      server.kind === "http"
        ? overHttp({ ...server, options, signal, say: (line) => log.line(line) })
        : overStdio({ ...server, options, signal, log, io }),
    );
    await audit?.flush();
    return code;
  } finally {
    policy.close();
  }
}

/** SIGHUP ends it too: the server must not outlive a terminal that is closed. */
async function untilHungUp<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const hangUps = new HangUps();
  const hungUp = new AbortController();
  hangUps.listen(() => hungUp.abort());
  try {
    return await untilSignalled((signal) => work(AbortSignal.any([signal, hungUp.signal])));
  } finally {
    hangUps.close();
  }
}
