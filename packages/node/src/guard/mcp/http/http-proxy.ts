// The proxy between clients of MCP and a server over HTTP, on the loopback address.
//
// All users of the machine can reach it, and pages of its browsers. Whoever does needs credentials of
// his own where the server wants some, since the proxy adds none.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { messageOf } from "@a3s-sentry/core/host";
import { errorText } from "../../../util/error-text.js";
import { listen, portOf } from "../../../util/http-server.js";
import type { ProxyOptions } from "../frame-proxy.js";
import { Bodies } from "./bodies.js";
import { Exchange } from "./exchange.js";
import { refusalOf } from "./refusal.js";
import { Reply } from "./reply.js";
import { Sessions } from "./sessions.js";
import { Upstream } from "./upstream.js";

const LIMITS = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
};
/** Each stream of a client takes one. */
const MAX_CONNECTIONS = 128;

/** A proxy that has begun to listen. */
export interface HttpProxy {
  /** What the client calls in place of the server. */
  readonly url: string;
  close(): void;
}

/** The port cannot be used. */
export class PortError extends Error {
  override readonly name = "PortError";
}

/** Listens on 127.0.0.1, at the path of the server's URL; 0 is a free port. Rejects with a {@link PortError}. */
export async function startHttpProxy(serverUrl: URL, port: number, options: ProxyOptions): Promise<HttpProxy> {
  const upstream = new Upstream(serverUrl);
  const sessions = new Sessions(options);
  const bodies = new Bodies();
  const path = serverUrl.pathname + serverUrl.search;
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = new Reply(response);
    const refusal = refusalOf(request, portOf(server), path);
    if (refusal !== undefined) {
      // What is left of a refused request is not read.
      response.once("finish", () => request.destroy());
      options.onRefused("client", refusal.why);
      return reply.status(refusal.status, { connection: "close" }, refusal.why);
    }
    const gone = new AbortController();
    response.on("close", () => gone.abort(new Error("the client has gone")));
    try {
      const { onRefused } = options;
      await new Exchange({ upstream, sessions, bodies, request, reply, onRefused, signal: gone.signal }).run();
    } catch (error) {
      if (!gone.signal.aborted) options.onRefused("client", `the guard failed: ${messageOf(error).split("\n", 1)[0]}`);
      reply.status(500);
    }
  };
  const server = createServer(LIMITS, (request, response) => void respond(request, response));
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, { host: "127.0.0.1", port }).catch((error: unknown) => {
    throw new PortError(`cannot listen on port ${port}: ${errorText(error)}`, { cause: error });
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}${path}`,
    close() {
      server.close();
      server.closeAllConnections();
      upstream.close();
    },
  };
}
