// A server of lines on a Unix socket: a request a line, an answer a line, one at a time for each
// connection.

import { createServer, type Server, type Socket } from "node:net";
import { LineConnection } from "./line-connection.js";

/** The bytes of the requests of all connections that are not answered yet. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

export interface LineServerOptions {
  readonly maxConnections: number;
  readonly maxLineBytes: number;
  /** The answer to a line, without its newline. The signal aborts when the caller has gone. */
  readonly answer: (line: Uint8Array, signal: AbortSignal) => Promise<string>;
  /** The answer to a line that is too long, or came when there was no room for it. */
  readonly refusal: (why: string) => string;
}

/**
 * Serves connections with limits on their number, time and memory, so a caller that hangs costs the
 * others nothing.
 */
export class LineServer {
  readonly server: Server;
  readonly #options: LineServerOptions;
  /** The oldest first. */
  readonly #connections = new Set<LineConnection>();
  #dropped = 0;

  constructor(options: LineServerOptions) {
    this.#options = options;
    this.server = createServer((socket) => this.#accept(socket));
    // Later errors concern single connections.
    this.server.on("error", () => {});
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** The bytes of requests that are not answered yet. */
  get buffered(): number {
    return [...this.#connections].reduce((sum, connection) => sum + connection.buffered, 0);
  }

  /** The connections that were closed because of a limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes no more requests. Resolves when the answers in progress are sent, or after a time. */
  async close(patienceMs: number): Promise<void> {
    this.server.close();
    const timer = setTimeout(() => this.#closeAll(), patienceMs);
    await Promise.all([...this.#connections].map((connection) => connection.finish()));
    clearTimeout(timer);
    this.#closeAll();
  }

  #closeAll(): void {
    for (const connection of this.#connections) connection.close();
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#options.maxConnections && !this.#dropIdle()) {
      this.#dropped += 1;
      socket.destroy();
      return;
    }
    const connection = new LineConnection(socket, {
      ...this.#options,
      buffered: () => this.#limitBuffers(),
      timedOut: () => {
        this.#dropped += 1;
      },
      closed: () => void this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  /** Closes the oldest connection that waits for its caller; `false` if none does. */
  #dropIdle(): boolean {
    for (const connection of this.#connections) {
      if (connection.isBusy) continue;
      this.#dropped += 1;
      connection.close();
      return true;
    }
    return false;
  }

  /** Refuses the largest request that is not judged yet, if all together are too large. */
  #limitBuffers(): void {
    if (this.buffered <= MAX_BUFFERED_BYTES) return;
    const waiting = [...this.#connections].filter(({ isBusy }) => !isBusy);
    const [largest] = waiting.sort((a, b) => b.buffered - a.buffered);
    this.#dropped += 1;
    largest?.refuse("it has no room for the request now");
  }
}
