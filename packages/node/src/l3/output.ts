// Collects a program's stdout, up to a limit.

import type { Readable } from "node:stream";

/** The largest output that is kept, in bytes. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;

/** The output of a stream. Once it exceeds the limit, nothing of it is kept. */
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

  /** The output so far; invalid UTF-8 becomes U+FFFD. */
  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
