// Asks the resident judge.
//
// The quick path of a hook: it imports nothing but `node:fs`, `node:net`, `node:os` and `node:path`,
// so no rule engine is loaded where a judge runs.

import { createConnection, type Socket } from "node:net";
import type { GuardOutcome } from "@a3s-sentry/core";
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, PROTOCOL, type ResidentRequest, type SentRequest } from "./protocol.js";
import { isTrustedSocket, knownSockets } from "./sockets.js";

/** Longer than the deadline of tiers by default, shorter than any host's. */
const DEADLINE_MS = 10_000;

/** There is a judge, but no answer of it can be used. */
export class ResidentError extends Error {
  override readonly name = "ResidentError";
}

export interface AskOptions {
  /** Where to look for the judge's socket. Default: {@link knownSockets}. */
  readonly sockets?: readonly string[];
  /** The time until the answer, in milliseconds: 10,000 by default. */
  readonly deadlineMs?: number;
}

/**
 * The outcome by the resident judge; `undefined` if none is installed, that is, if there is no
 * socket.
 *
 * Rejects with a {@link ResidentError} if there is a socket but no usable answer: it belongs to
 * another user, nobody listens, the judge ends in the middle, answers something else, or takes too
 * long. Then the caller reports the message and judges by itself, or denies. It never allows.
 *
 * @example
 * const outcome = await askResident({ check: { tool: "Bash", args: { command: "ls" } }, host: "claude-code" });
 */
export async function askResident(
  request: ResidentRequest,
  { sockets = knownSockets(), deadlineMs = DEADLINE_MS }: AskOptions = {},
): Promise<GuardOutcome | undefined> {
  // A caller that counts on the judge must not be sent elsewhere by an unusable first socket.
  const path = sockets.find(isInstalled);
  if (path === undefined) return undefined;
  const uid = process.getuid?.();
  const sent: SentRequest = { ...request, ...(uid !== undefined && { uid }), v: PROTOCOL };
  const line = Buffer.from(`${JSON.stringify(sent)}\n`);
  if (line.length > MAX_REQUEST_BYTES) throw new ResidentError("the request is too large for the resident judge");
  return outcomeIn(await exchange(path, line, deadlineMs), path);
}

function isInstalled(path: string): boolean {
  try {
    return isTrustedSocket(path);
  } catch (error) {
    throw new ResidentError(`the socket of the resident judge is not used: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The first line that a judge answers to a line. Rejects with a {@link ResidentError} if there is
 * none in time.
 */
export function exchange(path: string, request: Buffer, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (what: string): void => {
      end(socket, timer);
      reject(new ResidentError(`the resident judge at \`${path}\` ${what}`));
    };
    const timer = setTimeout(() => fail(`did not answer within ${deadlineMs} ms`), deadlineMs);
    const parts: Buffer[] = [];
    let length = 0;
    socket.on("error", (error) => fail(`cannot be asked: ${error.message}`));
    socket.on("end", () => fail("ended before its answer"));
    socket.on("data", (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (part.includes(10)) {
        end(socket, timer);
        resolve(Buffer.concat(parts).toString("utf8").split("\n", 1)[0] ?? "");
      } else if (length > MAX_ANSWER_BYTES) fail("sent too much");
    });
    socket.write(request);
  });
}

function end(socket: Socket, timer: NodeJS.Timeout): void {
  clearTimeout(timer);
  socket.destroy();
}

/** The outcome in an answer. Anything but a whole outcome of this version is an error. */
function outcomeIn(line: string, path: string): GuardOutcome {
  const answer = parsed(line);
  const { v, outcome, error } = isRecord(answer) ? answer : {};
  if (v === PROTOCOL) {
    if (isOutcome(outcome)) return outcome;
    if (typeof error === "string") throw new ResidentError(`the resident judge at \`${path}\` cannot judge: ${error}`);
  }
  throw new ResidentError(`the resident judge at \`${path}\` sent no outcome`);
}

function isOutcome(value: unknown): value is GuardOutcome {
  if (!isRecord(value)) return false;
  const { outcome, decision, revision, message, ticket, grant } = value;
  if (!isRecord(decision) || typeof revision !== "string") return false;
  if (outcome === "allow") return typeof grant === "boolean";
  if (typeof message !== "string" || message === "") return false;
  return outcome === "deny" || (outcome === "ask" && typeof ticket === "string");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
