// An OpenAI-compatible endpoint on loopback whose answers a test defines, and which records
// requests.

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Endpoint {
  /** The base address. */
  readonly url: string;
  readonly received: Received[];
  /**
   * Resolves when the connection of the first request is closed, with whether the whole answer had
   * been sent by then.
   */
  readonly closed: Promise<{ complete: boolean }>;
}

export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

/** Starts an endpoint that stops when the test ends. */
export async function endpoint(answer: Answer): Promise<Endpoint> {
  const received: Received[] = [];
  let closed: (how: { complete: boolean }) => void = () => {};
  const server = createServer(async (request, response) => {
    request.socket.once("close", () => closed({ complete: response.writableFinished }));
    request.socket.on("error", () => {});
    const body = (await request.setEncoding("utf8").toArray()).join("");
    received.push({ method: request.method, path: request.url, headers: request.headers, body });
    await answer(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    received,
    closed: new Promise((resolve) => {
      closed = resolve;
    }),
  };
}

/** A chat completion with this content. */
export function completion(content: unknown): string {
  return JSON.stringify({
    id: "c",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content } }],
  });
}

/** Answers with a JSON body. */
export function json(body: string, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/** Answers as a model with this content. */
export function says(content: unknown): Answer {
  return json(completion(content));
}
