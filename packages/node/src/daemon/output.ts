// Lines to a stream, in large writes, no faster than its reader takes them.

import type { Writable } from "node:stream";

const LARGE = 64 * 1024;

/** Collects lines; `settle` after each batch writes them out. */
export class Output {
  readonly #stream: Writable;
  #pending: string[] = [];
  #length = 0;
  #error: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error) => {
      this.#error ??= error;
    });
  }

  /** Why no more can be written. */
  get error(): Error | undefined {
    return this.#error;
  }

  add(line: string): void {
    this.#pending.push(line);
    this.#length += line.length;
  }

  /** Writes out what has collected, if that is much or if no more is to be expected soon, and waits for the reader. */
  async settle(idle: boolean): Promise<void> {
    if (this.#length === 0 || (!idle && this.#length < LARGE)) return;
    const text = this.#pending.join("");
    this.#pending = [];
    this.#length = 0;
    if (this.#error !== undefined) return;
    if (!this.#stream.write(text) && !this.#stream.destroyed) await taken(this.#stream);
  }
}

/** Waits until the stream's reader has caught up, or is gone. */
function taken(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("close", done);
      resolve();
    };
    stream.on("drain", done);
    stream.on("close", done);
  });
}
