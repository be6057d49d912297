// Runs a server of MCP on stdin and stdout behind a guard, until the client or the server ends.

import type { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../../daemon/log.js";
import type { Direction } from "../../guard/mcp/calls.js";
import { type FrameLine, MAX_FRAME_BYTES } from "../../guard/mcp/frame.js";
import { FrameProxy, type Passage, type ProxyOptions } from "../../guard/mcp/frame-proxy.js";
import { type Line, linesOf } from "../../guard/mcp/lines.js";
import { ServerProcess } from "../../guard/mcp/server-process.js";
import { CliError, type ExitCode, errorText, type Io } from "../io.js";

/** The most frames of a side that are judged at a time. */
const MAX_JUDGED = 64;
/** How long output may take after the server has ended. */
const FLUSH_MS = 1_000;

export interface StdioSession {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: ProxyOptions;
  readonly log: Log;
  readonly io: Io;
  /** Aborted if this process shall end. */
  readonly signal: AbortSignal;
}

export async function overStdio({ program, args, options, ...session }: StdioSession): Promise<ExitCode> {
  const server = await started(program, args);
  return await guarded(new FrameProxy(options), { server, ...session });
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
async function written(stream: Writable, line: FrameLine): Promise<void> {
  await new Promise<void>((resolve) => {
    if (typeof line === "string") stream.write(line, () => resolve());
    else {
      // In one write of the system, without a copy.
      stream.cork();
      for (const part of line.parts) stream.write(part);
      stream.write("", () => resolve());
      stream.uncork();
    }
  });
}

async function flushed(stream: Writable): Promise<void> {
  await new Promise((resolve) => stream.write("", resolve));
}
