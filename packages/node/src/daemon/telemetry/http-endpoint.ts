// The HTTP endpoint of a run: its metrics, and whether it is well.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Address } from "../config/address.js";

/** Anyone who reaches the port may call: what a call may take is bounded. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
};
const MOST_CONNECTIONS = 64;

export interface Endpoint {
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** Whether the run still takes events. */
  readonly healthy: () => boolean;
}

export interface Listening {
  readonly url: string;
  close(): void;
}

/**
 * Serves `GET /metrics` and `GET /healthz` (200, or 503 while the run drains) until it is closed. Does not keep the process
 * alive. Rejects with the system's error if the address cannot be had.
 */
export async function serve({ host, port }: Address, endpoint: Endpoint): Promise<Listening> {
  const server = createServer(LIMITS, (request, response) => void answer(request, response, endpoint));
  keepTheNewest(server, MOST_CONNECTIONS);
  // One call a connection: a packet holds hundreds, each of which would take its time from judging, and its answer's memory.
  server.maxRequestsPerSocket = 1;
  server.on("dropRequest", (_, socket) => void socket.destroy());
  await listening(server, host, port);
  server.unref();
  const taken = server.address() as AddressInfo;
  const shown = taken.family === "IPv6" ? `[${taken.address}]` : taken.address;
  return {
    url: `http://${shown}:${taken.port}/metrics`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Callers that say nothing must not keep out the one that asks whether the run is well: the oldest connection makes room. */
function keepTheNewest(server: Server, most: number): void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    socket.once("close", () => open.delete(socket));
    open.add(socket);
    const [oldest] = open;
    if (oldest === undefined || open.size <= most) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      // What goes wrong with a connection later is nothing that ends a run.
      server.on("error", () => {});
      resolve();
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, endpoint: Endpoint): Promise<void> {
  // A page that cannot be made costs its own call, not the run.
  const failed = (): Reply => ({ status: 500, text: "the page could not be made\n" });
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

async function reply({ method, url }: IncomingMessage, { metrics, healthy }: Endpoint): Promise<Reply> {
  const path = url?.split("?", 1)[0];
  if (path !== "/metrics" && path !== "/healthz") return { status: 404, text: "not found\n" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, text: "GET and HEAD only\n" };
  if (path === "/metrics") return { status: 200, ...(await metrics()) };
  return healthy() ? { status: 200, text: "ok\n" } : { status: 503, text: "draining\n" };
}
