// `mcp`: runs a server of MCP behind a guard, until the client or the server ends.

import type { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { Log } from "../../daemon/log.js";
import { LayeredPolicy } from "../../guard/layered-policy.js";
import type { Direction } from "../../guard/mcp/calls.js";
import { MAX_FRAME_BYTES } from "../../guard/mcp/frame.js";
import { FrameProxy, type Passage } from "../../guard/mcp/frame-proxy.js";
import { type Line, linesOf } from "../../guard/mcp/lines.js";
import { ServerProcess } from "../../guard/mcp/server-process.js";
import { findLayers, foundUserPolicy } from "../../guard/policy-layers.js";
import { CliError, type ExitCode, errorText, type Io } from "../io.js";
import { HangUps, untilSignalled } from "../signals.js";
import { auditAt, pinFileAt } from "./files.js";
import { type McpFlags, serverName } from "./options.js";
import { sessionOptions } from "./session-options.js";

/** The most frames of a side that are judged at a time. */
const MAX_JUDGED = 64;
/** How long output may take after the server has ended. */
const FLUSH_MS = 1_000;

export async function mcp([program = "", ...args]: readonly string[], flags: McpFlags, io: Io): Promise<ExitCode> {
  const name = serverName(flags.server, program);
  const log = new Log(io.stderr);
  // Before the server is started: without a policy nothing is forwarded.
  const policy = await LayeredPolicy.open(findLayers({ user: flags.policy ?? foundUserPolicy() }));
  try {
    const audit = await auditAt(flags.audit, log);
    const pinFile = flags.pins === undefined ? undefined : pinFileAt(flags.pins, name);
    const server = await started(program, args);
    const proxy = new FrameProxy(sessionOptions(name, { policy, audit, log, pinFile }));
    const code = await untilHungUp((signal) => guarded(proxy, { server, signal, log, io }));
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

async function started(program: string, args: readonly string[]): Promise<ServerProcess> {
  try {
    return await ServerProcess.start(program, args);
  } catch (error) {
    throw new CliError(`cannot start the server \`${program}\`: ${errorText(error)}`, { cause: error });
  }
}

interface Session {
  readonly server: ServerProcess;
  /** Aborted if this process shall end. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly io: Io;
}

/** Forwards until a side ends, then ends the other. */
async function guarded(proxy: FrameProxy, { server, signal, log, io }: Session): Promise<ExitCode> {
  const clientGone = new Promise<void>((resolve) => io.stdout.on("error", () => resolve()));
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  signal.addEventListener("abort", () => server.terminate());
  const toClient = (line: string): Promise<void> => written(io.stdout, line);
  const pass = async ({ onward, back }: Passage, direction: Direction): Promise<void> => {
    const [to, from] = direction === "to-server" ? [server.stdin, io.stdout] : [io.stdout, server.stdin];
    for (const line of onward) await written(to, line);
    for (const line of back) await written(from, line);
  };
  const take = (direction: Direction) => async (line: Line) =>
    await pass(await proxy.take(direction, line, toClient), direction);
  const fromClient = forwarded(linesOf(io.stdin, MAX_FRAME_BYTES), take("to-server"));
  const fromServer = forwarded(linesOf(server.stdout, MAX_FRAME_BYTES), take("to-client"));
  const ended = server.exited.then(({ code, signal: by }) => ({ code, by }));
  try {
    const first = await Promise.race([fromClient, clientGone, stopped, ended]);
    if (first !== undefined && first.code !== 0) {
      log.line(`a3s-sentry: the server ended with ${first.by ?? `exit code ${first.code}`}`);
      return 2;
    }
    return 0;
  } finally {
    await server.stop();
    // A process that left the server's group may hold its stdout open.
    await Promise.race([fromServer.then(() => flushed(io.stdout)), wait(FLUSH_MS, undefined, { ref: false })]);
    server.stdout.destroy();
    io.stdin.destroy();
  }
}

/** Takes each line. Resolves at the end of the lines, or if they cannot be read any more. */
async function forwarded(lines: AsyncIterable<Line>, take: (line: Line) => Promise<void>): Promise<undefined> {
  const open = new Set<Promise<void>>();
  try {
    for await (const line of lines) {
      const taken = take(line).finally(() => open.delete(taken));
      open.add(taken);
      if (open.size >= MAX_JUDGED) await Promise.race(open);
    }
  } catch {
    // Its stream was destroyed: the end of a side says why.
  }
  await Promise.allSettled(open);
}

/** Resolves when the line is written, or if nobody reads it any more. */
async function written(stream: Writable, line: string): Promise<void> {
  await new Promise<void>((resolve) => stream.write(line, () => resolve()));
}

async function flushed(stream: Writable): Promise<void> {
  await new Promise((resolve) => stream.write("", resolve));
}
