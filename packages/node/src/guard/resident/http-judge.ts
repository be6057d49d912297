// The resident judge on the loopback address, for hosts that post their calls.
//
// All users of the machine and all pages of its browsers can reach it. So a request needs a token,
// the name of this machine, and no origin, and each connection has limits.

import { randomBytes } from "node:crypto";
import { lstatSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readBounded } from "../../util/bounded-file.js";
import { errnoOf } from "../../util/errno.js";
import { errorText } from "../../util/error-text.js";
import { listen, namesThisMachine, portOf, SHORT_EXCHANGES } from "../../util/http-server.js";
import { isSameSecret } from "../../util/same-secret.js";
import { MAX_REQUEST_BYTES } from "../protocol.js";
import type { HttpReply } from "./host-http.js";
import { SocketError } from "./own-socket.js";

const MAX_CONNECTIONS = 64;
/** The bytes of the bodies that are not answered yet, of all connections together. */
const MAX_BODIES_BYTES = 32 * 1024 * 1024;
const TOKEN_BYTES = 32;
const MAX_TOKEN_FILE_BYTES = 1024;
const OTHERS = 0o077;
const JUDGE_PATH = "/v1/judge";
const HOST_PATH = /^\/hook\/([a-z-]+)$/;

export interface HttpJudgeOptions {
  readonly token: string;
  /** The answer to a request of the protocol, as JSON. */
  readonly answer: (body: Uint8Array, signal: AbortSignal) => Promise<string>;
  /** The answer to what a host posts in its own form. */
  readonly answerHost: (host: string, body: Uint8Array, signal: AbortSignal) => Promise<HttpReply>;
  readonly refusal: (why: string) => string;
}

/** A server that has begun to listen. */
export interface HttpListening {
  readonly url: string;
  close(): void;
}

/**
 * The token in a file, which is made if it is missing. Throws a {@link SocketError} if others may
 * read the file.
 */
export function tokenIn(path: string): string {
  try {
    writeFileSync(path, `${randomBytes(TOKEN_BYTES).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST")
      throw new SocketError(`cannot write the token file \`${path}\`: ${errorText(error)}`);
  }
  const stat = lstatSync(path);
  const isOwn = process.getuid === undefined || stat.uid === process.getuid();
  if (!stat.isFile() || !isOwn || (stat.mode & OTHERS) !== 0) {
    throw new SocketError(`others may read the token file \`${path}\`, or it is another user's: remove it`);
  }
  const token = readBounded(path, MAX_TOKEN_FILE_BYTES).toString("utf8").trim();
  if (token.length < TOKEN_BYTES) throw new SocketError(`the token in \`${path}\` is too short: remove the file`);
  return token;
}

/** Serves `POST /v1/judge` and `POST /hook/HOST` on 127.0.0.1. Rejects with a {@link SocketError} if the port is in use. */
export async function serveHttp(port: number, options: HttpJudgeOptions): Promise<HttpListening> {
  const bodies = { bytes: 0 };
  const server = createServer(
    SHORT_EXCHANGES,
    (request, response) => void respond(server, request, response, options, bodies),
  );
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, { host: "127.0.0.1", port }).catch((error: unknown) => {
    throw new SocketError(`cannot listen on port ${port}: ${errorText(error)}`);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function respond(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpJudgeOptions,
  bodies: { bytes: number },
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort(new Error("the caller has gone")));
  const refused = refusalOf(portOf(server), request, options.token);
  const { status, body } =
    refused === undefined
      ? await judged(request, options, bodies, gone.signal)
      : { status: refused.status, body: options.refusal(refused.body) };
  // Nothing is an answer too: a host takes it for no opinion.
  const bytes = Buffer.from(body.trimEnd() === "" ? "" : `${body.trimEnd()}\n`);
  // What is left of a refused request is not read.
  if (status !== 200) response.once("finish", () => request.destroy());
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 200 ? {} : { connection: "close" }),
  });
  response.end(bytes);
}

/** Why a request is not judged; `undefined` if it is. */
function refusalOf(port: number, { headers, method, url }: IncomingMessage, token: string): HttpReply | undefined {
  if (!namesThisMachine(headers, port)) {
    return { status: 403, body: "this server answers only to 127.0.0.1 and localhost" };
  }
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) {
    return { status: 403, body: "this server does not answer to pages" };
  }
  if (!isSameSecret(headers.authorization ?? "", `Bearer ${token}`))
    return { status: 401, body: "the token is missing or wrong" };
  if (url !== JUDGE_PATH && !HOST_PATH.test(url ?? "")) {
    return { status: 404, body: `the path is \`${JUDGE_PATH}\` or \`/hook/HOST\`` };
  }
  if (method !== "POST") return { status: 405, body: "use POST" };
  if (!/^application\/json *(?:;|$)/i.test(headers["content-type"] ?? "")) {
    return { status: 415, body: "the content type must be `application/json`" };
  }
  return undefined;
}

async function judged(
  request: IncomingMessage,
  options: HttpJudgeOptions,
  bodies: { bytes: number },
  signal: AbortSignal,
): Promise<HttpReply> {
  const { answer, answerHost, refusal } = options;
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request) {
      const bytes = Buffer.from(part);
      length += bytes.length;
      bodies.bytes += bytes.length;
      if (length > MAX_REQUEST_BYTES) return { status: 413, body: refusal("the request is too large") };
      if (bodies.bytes > MAX_BODIES_BYTES) return { status: 503, body: refusal("it has no room for the request now") };
      parts.push(bytes);
    }
    const body = Buffer.concat(parts);
    const host = HOST_PATH.exec(request.url ?? "")?.[1];
    return host === undefined
      ? { status: 200, body: await answer(body, signal) }
      : await answerHost(host, body, signal);
  } catch {
    return { status: 400, body: refusal("the request has no end") };
  } finally {
    bodies.bytes -= length;
  }
}
