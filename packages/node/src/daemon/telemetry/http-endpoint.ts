// The HTTP endpoint of a run: metrics and health.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { listen, SHORT_EXCHANGES } from "../../util/http-server.js";
import type { Address } from "../config/address.js";

const MAX_CONNECTIONS = 64;

export interface EndpointSources {
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** Why the run is not healthy; `undefined` if it is. */
  readonly problem: () => string | undefined;
}

export interface Listening {
  readonly url: string;
  close(): void;
}

/**
 * Serves `GET /metrics` and `GET /healthz` (200, or 503 with a problem) until it is closed.
 * It does not keep the process alive. Rejects with the system's error if it cannot listen at the
 * address.
 */
export async function serve({ host, port }: Address, endpoint: EndpointSources): Promise<Listening> {
  const server = createServer(SHORT_EXCHANGES, (request, response) => void respond(request, response, endpoint));
  dropOldest(server, MAX_CONNECTIONS);
  // One request per connection: a packet can contain hundreds, which would take time and memory
  // from judging.
  server.maxRequestsPerSocket = 1;
  server.on("dropRequest", (_, socket) => void socket.destroy());
  await listen(server, { host, port });
  server.unref();
  const bound = server.address() as AddressInfo;
  const shown = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  return {
    url: `http://${shown}:${bound.port}/metrics`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * Closes the oldest connection for a new one, so that idle connections cannot keep a health check
 * out.
 */
function dropOldest(server: Server, limit: number): void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    socket.once("close", () => open.delete(socket));
    open.add(socket);
    const [oldest] = open;
    if (oldest === undefined || open.size <= limit) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, endpoint: EndpointSources): Promise<void> {
  // If the metrics cannot be rendered, the request fails and the run continues.
  const failed = (): Reply => ({ status: 500, text: "internal error\n" });
  const { status, type = "text/plain; charset=utf-8", text } = await reply(request, endpoint).catch(failed);
  const bytes = Buffer.from(text);
  response.writeHead(status, {
    "content-type": type,
    "content-length": bytes.length,
    "cache-control": "no-store",
    connection: "close",
    ...(status === 405 ? { allow: "GET, HEAD" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly text: string;
}

async function reply({ method, url }: IncomingMessage, { metrics, problem }: EndpointSources): Promise<Reply> {
  const path = url?.split("?", 1)[0];
  if (path !== "/metrics" && path !== "/healthz") return { status: 404, text: "not found\n" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, text: "GET and HEAD only\n" };
  if (path === "/metrics") return { status: 200, ...(await metrics()) };
  const found = problem();
  return found === undefined ? { status: 200, text: "ok\n" } : { status: 503, text: `${found}\n` };
}
