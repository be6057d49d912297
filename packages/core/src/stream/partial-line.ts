// The unfinished last line of a stream, kept outside wasm memory so that it survives a failed
// instance.

import { MAX_LINE_BYTES } from "../generated/boundary.js";

const NEWLINE = 10;
/** One byte more than the limit is enough to see that a line is too long. */
const MAX_KEPT = MAX_LINE_BYTES + 1;

/** The bytes after the last newline; only the start of a line that is too long. */
export class PartialLine {
  #buffer = new Uint8Array(1024);
  #length = 0;

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    const start = chunk.lastIndexOf(NEWLINE) + 1;
    if (start > 0) this.#length = 0;
    const end = Math.min(this.#length + chunk.length - start, MAX_KEPT);
    if (end > this.#buffer.length) this.#grow(end);
    this.#buffer.set(chunk.subarray(start, start + end - this.#length), this.#length);
    this.#length = end;
  }

  clear(): void {
    this.#length = 0;
  }

  /** A view, valid until the next call. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.min(Math.max(needed, this.#buffer.length * 2), MAX_KEPT));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
