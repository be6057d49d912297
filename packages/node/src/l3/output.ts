// What a program writes to its stdout, of which there may be any amount.

import type { Readable } from "node:stream";

/** The most that is kept, in bytes. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Collects a stream. Once there is too much, nothing is kept. */
export class Output {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(stream: Readable) {
    stream.on("data", (chunk: Uint8Array) => {
      this.#size += chunk.length;
      if (this.isTooLarge) this.#chunks.length = 0;
      else this.#chunks.push(chunk);
    });
  }

  get isTooLarge(): boolean {
    return this.#size > MAX_OUTPUT_BYTES;
  }

  /** All of it so far; bytes that are no UTF-8 become U+FFFD. */
  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
