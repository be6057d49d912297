// Servers over HTTP by both versions of the SDK.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer as McpServer1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import { addTools } from "./tools.mjs";

export interface HttpServer {
  readonly url: string;
  /** The requests that it got. */
  readonly requests: IncomingMessage[];
}

/** Answers by streams, and keeps sessions. */
export function sessionsV1(): RequestListener {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response) => {
    const id = request.headers["mcp-session-id"];
    let transport = typeof id === "string" ? transports.get(id) : undefined;
    if (transport === undefined) {
      const made = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void transports.set(session, made),
      });
      const server = new McpServer1({ name: "v1", version: "1.0.0" });
      addTools(server);
      await server.connect(made as never);
      transport = made;
    }
    await transport.handleRequest(request, response);
  };
}

/** Serves the revision 2026-07-28, and clients of older ones without sessions. */
export function handlerV2(): RequestListener {
  const handler = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: "v2", version: "1.0.0" });
      addTools(server);
      return server;
    }),
  );
  return (request, response) => void handler(request as never, response as never);
}

/** Serves until the test ends, at a free port. */
export async function served(listener: RequestListener): Promise<HttpServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, requests };
}
