// Sends requests to a server of MCP over HTTP.

import { once } from "node:events";
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";

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
