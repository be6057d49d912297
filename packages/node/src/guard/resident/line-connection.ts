// One connection of a line server.

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";

/** From the first byte of a request to its newline, and from an answer until it is read. */
const TRANSFER_MS = 5_000;
/** How long a connection may have no request. */
const IDLE_MS = 30_000;
/** What is read ahead while a request is judged. */
const MAX_AHEAD_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface LineConnectionOptions {
  readonly maxLineBytes: number;
  readonly answer: (line: Uint8Array, signal: AbortSignal) => Promise<string>;
  readonly refusal: (why: string) => string;
  /** Called when more of a request is kept. It may {@link LineConnection.refuse} the request. */
  readonly buffered: () => void;
  /** Called when a caller has taken too long. */
  readonly timedOut: () => void;
  readonly closed: () => void;
}

/** What the connection waits for. */
type State = "idle" | "receiving" | "answering" | "sending";

/** Reads lines and sends answers, one at a time. It closes itself after an error or a time limit. */
export class LineConnection {
  readonly #socket: Socket;
  readonly #options: LineConnectionOptions;
  readonly #gone = new AbortController();
  #parts: Buffer[] = [];
  #length = 0;
  /** The bytes of the line that is being answered. */
  #answering = 0;
  #state: State = "idle";
  #timer: NodeJS.Timeout | undefined;
  #finishing = false;
  #finished = (): void => {};

  constructor(socket: Socket, options: LineConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(this.#timer);
      this.#gone.abort(new Error("the caller has gone"));
      this.#parts = [];
      this.#finished();
      options.closed();
    });
    socket.on("data", (part: Buffer) => this.#receive(part));
    this.#enter("idle");
  }

  /** Whether a request is being answered. */
  get isBusy(): boolean {
    return this.#state === "answering";
  }

  /** The bytes of what is not answered yet. */
  get buffered(): number {
    return this.#length + this.#answering;
  }

  /** Resolves when the answer in progress is sent, or the connection is closed. */
  async finish(): Promise<void> {
    if (this.#socket.destroyed) return;
    this.#finishing = true;
    if (this.#state === "idle" || this.#state === "receiving") {
      this.close();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Says why the request is not answered, and closes the connection. */
  refuse(why: string): void {
    this.#parts = [];
    this.#length = 0;
    this.#enter("sending");
    this.#socket.pause();
    this.#socket.end(`${this.#options.refusal(why)}\n`, () => this.close());
  }

  #receive(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#state === "answering" || this.#state === "sending") {
      if (this.#length > MAX_AHEAD_BYTES) this.#socket.pause();
      return;
    }
    if (this.#state === "idle") this.#enter("receiving");
    this.#options.buffered();
    if (this.#state !== "receiving") return;
    if (part.includes(NEWLINE)) this.#next();
    else if (this.#length > this.#options.maxLineBytes) this.refuse("the request is too large");
  }

  /** Answers the first line that is kept, or waits for one. */
  #next(): void {
    const kept = Buffer.concat(this.#parts);
    const end = kept.indexOf(NEWLINE);
    if (end > this.#options.maxLineBytes) {
      this.refuse("the request is too large");
      return;
    }
    const rest = end === -1 ? kept : kept.subarray(end + 1);
    this.#parts = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#length = rest.length;
    if (end === -1) {
      this.#enter(rest.length === 0 ? "idle" : "receiving");
      return;
    }
    this.#enter("answering");
    this.#answering = end;
    void this.#answer(kept.subarray(0, end));
  }

  async #answer(line: Uint8Array): Promise<void> {
    const text = await this.#options
      .answer(line, this.#gone.signal)
      .catch(() => this.#options.refusal("an internal error"));
    this.#answering = 0;
    if (this.#socket.destroyed) return;
    this.#enter("sending");
    this.#socket.write(`${text}\n`, (error) => {
      if (error || this.#socket.destroyed) return;
      if (this.#finishing) {
        this.close();
        return;
      }
      this.#socket.resume();
      this.#next();
    });
  }

  #enter(state: State): void {
    this.#state = state;
    clearTimeout(this.#timer);
    // The guard has a deadline of its own.
    if (state === "answering") return;
    this.#timer = setTimeout(
      () => {
        if (state !== "idle") this.#options.timedOut();
        this.close();
      },
      state === "idle" ? IDLE_MS : TRANSFER_MS,
    );
  }
}
