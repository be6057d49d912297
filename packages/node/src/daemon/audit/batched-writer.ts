// Writes lines to a stream in batches, no faster than its reader reads.

import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import { Deferred } from "../../util/deferred.js";

const LARGE_BYTES = 64 * 1024;
/**
 * Half of the time that a line may wait. The other half is for work that delays the timer, such as
 * one chunk.
 */
const MAX_WAIT_MS = 25;

export interface BatchedWriterOptions {
  /** How long a line may wait for others to be written with it: 25 ms by default. */
  readonly waitMs?: number | undefined;
  /** Makes of the bytes that are due what is written for them; they may end within a line. */
  readonly render?: ((lines: Uint8Array) => Uint8Array | string) | undefined;
  /** Called before each write. */
  readonly beforeWrite?: (() => void) | undefined;
  /** Called once, when nothing more can be written. */
  readonly failed?: (() => void) | undefined;
}

/** Collects lines, and writes them when they are many or have waited long enough. */
export class BatchedWriter {
  readonly #stream: Writable;
  readonly #options: BatchedWriterOptions;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #error: Error | undefined;
  /** Writes that have neither finished nor failed. */
  #unfinishedWrites = 0;
  #flushed: Deferred | undefined;

  constructor(stream: Writable, options: BatchedWriterOptions = {}) {
    this.#stream = stream;
    this.#options = options;
    stream.on("error", (error) => this.#fail(error));
    // A destroyed stream may never finish its last write.
    stream.on("close", () => this.#flushed?.resolve());
  }

  /** Why nothing more can be written. */
  get error(): Error | undefined {
    return this.#error;
  }

  add(lines: Uint8Array): void {
    if (lines.length === 0) return;
    this.#pending.push(lines);
    this.#pendingBytes += lines.length;
    if (this.#pendingBytes >= LARGE_BYTES) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), this.#options.waitMs ?? MAX_WAIT_MS);
  }

  /** Resolves when the reader has caught up or has gone, or `signal` aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#stream.writableNeedDrain && !this.#isOver && !signal.aborted) await drained(this.#stream, signal);
  }

  /** Stops waiting for the reader: unread lines are lost. */
  giveUp(): void {
    this.#fail(new Error("its reader has stopped reading"));
    this.#flushed?.resolve();
  }

  /** Writes all collected lines. Resolves when all writes have finished, or cannot finish. */
  async flush(): Promise<void> {
    this.#write();
    if (this.#unfinishedWrites === 0 || this.#isOver) return;
    this.#flushed = new Deferred();
    await this.#flushed.promise;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [first] = this.#pending;
    const lines = first !== undefined && this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
    this.#pending = [];
    if (this.#pendingBytes === 0 || this.#error !== undefined) return;
    this.#pendingBytes = 0;
    const { beforeWrite, render } = this.#options;
    beforeWrite?.();
    this.#unfinishedWrites += 1;
    this.#stream.write(render === undefined ? lines : render(lines), (error) => {
      if (error) this.#fail(error);
      this.#unfinishedWrites -= 1;
      if (this.#unfinishedWrites === 0) this.#flushed?.resolve();
    });
  }

  /** Node.js never marks a failed stdout as destroyed, so the error counts too. */
  get #isOver(): boolean {
    return this.#error !== undefined || this.#stream.destroyed;
  }

  #fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#options.failed?.();
  }
}

/** Resolves when the stream has drained or closed, or `signal` aborts. */
async function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = new Deferred();
  stream.on("drain", resolve);
  stream.on("close", resolve);
  signal.addEventListener("abort", resolve);
  await promise;
  stream.off("drain", resolve);
  stream.off("close", resolve);
  signal.removeEventListener("abort", resolve);
}
