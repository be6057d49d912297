// The answer to one request of a client: a status, one frame as JSON, or a stream of frames.

import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { bytesOf, type FrameLine } from "../frame.js";

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

export class Reply {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get isOver(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** Answers with a status and a text for people, if there is one. */
  status(status: number, headers: OutgoingHttpHeaders = {}, text = ""): void {
    if (this.#response.headersSent) {
      this.end();
      return;
    }
    const body = text === "" ? undefined : Buffer.from(`${text}\n`);
    const own = body === undefined ? {} : { "content-type": "text/plain; charset=utf-8" };
    this.#response.writeHead(status, { ...headers, ...HEADERS, ...own, "content-length": body?.length ?? 0 });
    this.#response.end(body);
  }

  /** Answers with one frame: as JSON, or as the last of the stream if that was begun. */
  async frame(line: FrameLine, status = 200, headers: OutgoingHttpHeaders = {}): Promise<void> {
    if (this.#response.headersSent) {
      await this.event(line, undefined);
      this.end();
      return;
    }
    const body = bytesOf(line);
    const own = { "content-type": "application/json", "content-length": body.length };
    this.#response.writeHead(status, { ...headers, ...HEADERS, ...own });
    this.#response.end(body);
  }

  /** Begins a stream, unless it was begun. */
  stream(headers: OutgoingHttpHeaders = {}): void {
    if (this.#response.headersSent || this.isOver) return;
    this.#response.writeHead(200, { ...headers, ...HEADERS, "content-type": "text/event-stream" });
    this.#response.flushHeaders();
  }

  /** Adds a frame to the stream, and resolves when more may be written. Begins the stream, if need be. */
  async event(line: FrameLine, id: string | undefined): Promise<void> {
    this.stream();
    await this.#write(`event: message\n${id === undefined ? "" : `id: ${id}\n`}data: ${String(line).trimEnd()}\n\n`);
  }

  async retry(ms: number): Promise<void> {
    await this.#write(`retry: ${ms}\n\n`);
  }

  /** Keeps the connection open. */
  async comment(): Promise<void> {
    await this.#write(":\n\n");
  }

  end(): void {
    if (!this.isOver) this.#response.end();
  }

  async #write(text: string): Promise<void> {
    if (this.isOver) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off("close", done);
        resolve();
      };
      this.#response.once("close", done);
      this.#response.write(text, done);
    });
  }
}
