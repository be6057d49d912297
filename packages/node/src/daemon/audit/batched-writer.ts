// Lines to a stream: in large writes, soon, and no faster than its reader takes them.

import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";

const LARGE = 64 * 1024;
/** Half of what a line may be held back: the other half is for what keeps the timer from firing, such as a chunk. */
const HOLD_MS = 25;

/** Collects lines, and writes them when they are many or have waited long enough. */
export class Output {
  readonly #stream: Writable;
  readonly #before: () => void;
  readonly #failed: () => void;
  #pending: Uint8Array[] = [];
  #length = 0;
  #timer: NodeJS.Timeout | undefined;
  #error: Error | undefined;
  /** Writes that are neither through nor have failed. */
  #unwritten = 0;
  #through = (): void => {};

  /** `before` is called before each write, `failed` once nothing more can be written. */
  constructor(stream: Writable, before: () => void = () => {}, failed: () => void = () => {}) {
    this.#stream = stream;
    this.#before = before;
    this.#failed = failed;
    stream.on("error", (error) => this.#fail(error));
    // A stream that is destroyed may forget the write that it is at.
    stream.on("close", () => this.#through());
  }

  /** Why no more can be written. */
  get error(): Error | undefined {
    return this.#error;
  }

  add(lines: Uint8Array): void {
    if (lines.length === 0) return;
    this.#pending.push(lines);
    this.#length += lines.length;
    if (this.#length >= LARGE) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), HOLD_MS);
  }

  /** Waits until the reader has caught up with what was written, or is gone, or `signal` aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#stream.writableNeedDrain && !this.#isOver && !signal.aborted) await taken(this.#stream, signal);
  }

  /** Waits for the reader no more: what it has not taken is lost. */
  giveUp(): void {
    this.#fail(new Error("its reader has stopped reading"));
    this.#through();
  }

  /** Writes out what there is, and waits until all is written or cannot be. */
  async flush(): Promise<void> {
    this.#write();
    if (this.#unwritten === 0 || this.#isOver) return;
    await new Promise<void>((resolve) => {
      this.#through = resolve;
    });
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#pending.length === 1 ? this.#pending[0] : Buffer.concat(this.#pending);
    this.#pending = [];
    if (this.#length === 0 || this.#error !== undefined) return;
    this.#length = 0;
    this.#before();
    this.#unwritten += 1;
    this.#stream.write(lines, (error) => {
      if (error) this.#fail(error);
      this.#unwritten -= 1;
      if (this.#unwritten === 0) this.#through();
    });
  }

  /** Stdout is never destroyed for good: once it has failed, nothing more is told of it. */
  get #isOver(): boolean {
    return this.#error !== undefined || this.#stream.destroyed;
  }

  #fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#failed();
  }
}

function taken(stream: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.on("drain", done);
    stream.on("close", done);
    signal.addEventListener("abort", done);
  });
}
