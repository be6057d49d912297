// Sends requests to a server of MCP over HTTP.

import { once } from "node:events";
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";
import { MAX_FRAME_BYTES } from "../frame.js";

export interface UpstreamRequest {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** One server. No request goes anywhere else: redirects are not followed. */
export class Upstream {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: URL) {
    this.#url = url;
    this.#agent = url.protocol === "https:" ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  }

  /** Resolves with the head of the answer. Rejects with the system's error, or that of TLS. */
  async send({ method, headers, body, signal }: UpstreamRequest): Promise<IncomingMessage> {
    const request = this.#url.protocol === "https:" ? requestHttps : requestHttp;
    const sent = request(this.#url, { method, headers, signal, agent: this.#agent });
    sent.end(body);
    const [response]: IncomingMessage[] = await once(sent, "response");
    if (response === undefined) throw new Error("there is no answer");
    // What comes too late for its reader.
    sent.on("error", () => {});
    return response;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A whole body; `undefined` for one that is larger than a frame may be. */
export async function bodyOf(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_FRAME_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}
