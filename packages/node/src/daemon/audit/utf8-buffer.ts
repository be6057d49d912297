// A sheet that lines are written on, as UTF-8.

import { Buffer } from "node:buffer";

const FIRST_SIZE = 64 * 1024;
/** UTF-8 never takes more bytes than this for one UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Collects text as bytes, in room that is used again. */
export class Sheet {
  #room = Buffer.allocUnsafeSlow(FIRST_SIZE);
  #length = 0;

  /** Bytes on the sheet. */
  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    const most = this.#length + text.length * MAX_BYTES_PER_UNIT;
    if (most > this.#room.length) this.#grow(most);
    this.#length += this.#room.write(text, this.#length);
  }

  /** A copy of the bytes in memory of its own; the sheet is empty then. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    bytes.set(this.#room.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#room.length));
    this.#room.copy(larger, 0, 0, this.#length);
    this.#room = larger;
  }
}
