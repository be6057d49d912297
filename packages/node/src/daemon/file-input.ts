// A file as the input of a run, read into the same memory again and again.

import { Buffer } from "node:buffer";
import { fstatSync, read } from "node:fs";
import { promisify } from "node:util";

/** Few enough to stay in a core's own cache until it is judged. */
const PIECE_BYTES = 256 * 1024;

const readInto = promisify(read);

/** A regular file that is open for reading. It stays open. */
export class FileInput {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** How many bytes it has now. */
  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /**
   * Yields what is left of the file until its end, or until `signal` aborts. A chunk is valid until the next is asked for.
   * Throws what the system says.
   */
  async *chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const room = Buffer.allocUnsafeSlow(PIECE_BYTES);
    while (!signal.aborted) {
      const { bytesRead } = await readInto(this.#fd, room, 0, room.length, null);
      if (bytesRead === 0) return;
      yield room.subarray(0, bytesRead);
    }
  }
}
