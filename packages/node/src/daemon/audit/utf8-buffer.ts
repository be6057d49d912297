// A buffer that collects text as UTF-8.

import { Buffer } from "node:buffer";

const INITIAL_BYTES = 64 * 1024;
/** UTF-8 never takes more bytes than this for one UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Grows as needed, and keeps its memory for the next text. */
export class Utf8Buffer {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #length = 0;

  /** The number of bytes collected. */
  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    const most = this.#length + text.length * MAX_BYTES_PER_UNIT;
    if (most > this.#bytes.length) this.#grow(most);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /**
   * Returns a copy of the bytes, which can be transferred to another thread, and empties the
   * buffer.
   */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#length);
    taken.set(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
