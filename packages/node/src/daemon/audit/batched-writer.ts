// Writes lines to a stream in batches, and limits those that its reader has not read.

import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import { Deferred } from "../../util/deferred.js";

const LARGE_BYTES = 64 * 1024;
/**
 * Half of the time that a line may wait. The other half is for work that delays the timer, such as
 * one chunk.
 */
const MAX_WAIT_MS = 25;

/** The bytes of lines that may wait for the reader: about 40,000 lines. */
export const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
const NEWLINE = 10;

export interface BatchedWriterOptions {
  /** How long a line may wait for others to be written with it: 25 ms by default. */
  readonly waitMs?: number | undefined;
  /** Makes of the bytes that are due what is written for them; they may end within a line. */
  readonly render?: ((lines: Uint8Array) => Uint8Array | string) | undefined;
  /** Called before each write. */
  readonly beforeWrite?: (() => void) | undefined;
  /** Called once, when nothing more can be written. */
  readonly failed?: ((error: Error) => void) | undefined;
  /** Called once, when {@link MAX_UNREAD_BYTES} wait for the reader. */
  readonly stalled?: (() => void) | undefined;
  /**
   * Whether lines are lost rather than waited for while {@link MAX_UNREAD_BYTES} are unread:
   * {@link BatchedWriter.ready} then never waits.
   */
  readonly lossy?: boolean | undefined;
}

/** Collects lines, and writes them when they are many or have waited long enough. */
export class BatchedWriter {
  readonly #stream: Writable;
  readonly #options: BatchedWriterOptions;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #error: Error | undefined;
  /** What is being written: neither finished nor failed. */
  readonly #unfinished = new Set<Uint8Array>();
  #flushed: Deferred | undefined;
  #hasStalled = false;
  #lost = 0;

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

  /** The number of lines that have not been written, and never will be. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds whole lines. */
  add(lines: Uint8Array): void {
    if (lines.length === 0) return;
    if (this.#error !== undefined || (this.#options.lossy && this.#isFull())) {
      this.#lose(lines);
      return;
    }
    this.#pending.push(lines);
    this.#pendingBytes += lines.length;
    if (this.#pendingBytes >= LARGE_BYTES) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), this.#options.waitMs ?? MAX_WAIT_MS);
  }

  /**
   * Resolves when more lines may be added: while too many are unread, once the reader has caught up
   * or has gone, or `signal` aborts.
   */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#options.lossy || !this.#isFull() || this.#isOver || signal.aborted) return;
    await drained(this.#stream, signal);
  }

  /** Stops waiting for the reader: unread lines are lost. */
  giveUp(): void {
    this.#fail(new Error("its reader has stopped reading"));
    this.#flushed?.resolve();
  }

  /** Writes all collected lines. Resolves when all writes have finished, or cannot finish. */
  async flush(): Promise<void> {
    this.#write();
    if (this.#unfinished.size === 0 || this.#isOver) return;
    this.#flushed = new Deferred();
    await this.#flushed.promise;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [first] = this.#pending;
    const lines = first !== undefined && this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
    this.#pending = [];
    if (this.#pendingBytes === 0) return;
    this.#pendingBytes = 0;
    if (this.#error !== undefined) {
      this.#lose(lines);
      return;
    }
    const { beforeWrite, render } = this.#options;
    beforeWrite?.();
    this.#unfinished.add(lines);
    this.#stream.write(render === undefined ? lines : render(lines), (error) => {
      if (error) this.#fail(error);
      this.#unfinished.delete(lines);
      if (this.#unfinished.size === 0) this.#flushed?.resolve();
    });
  }

  #isFull(): boolean {
    if (this.#stream.writableLength + this.#pendingBytes < MAX_UNREAD_BYTES) return false;
    if (!this.#hasStalled) this.#options.stalled?.();
    this.#hasStalled = true;
    return true;
  }

  #lose(lines: Uint8Array): void {
    for (let at = lines.indexOf(NEWLINE); at !== -1; at = lines.indexOf(NEWLINE, at + 1)) this.#lost += 1;
  }

  /** Node.js never marks a failed stdout as destroyed, so the error counts too. */
  get #isOver(): boolean {
    return this.#error !== undefined || this.#stream.destroyed;
  }

  #fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const lines of this.#unfinished) this.#lose(lines);
    this.#options.failed?.(error);
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
