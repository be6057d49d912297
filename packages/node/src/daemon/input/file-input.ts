// A file as the input of a run, read into the same memory again and again.

import { Buffer } from "node:buffer";
import { fstatSync, read, readFileSync, readSync } from "node:fs";
import { promisify } from "node:util";
import type { Stretch } from "./file-range.js";

/** Few enough to stay in a core's own cache until it is judged. */
const PIECE_BYTES = 256 * 1024;

/** Enough to be worth an order to a thread. */
const STRETCH_BYTES = 1024 * 1024;

const readInto = promisify(read);

/** A regular file that is open for reading. It stays open. */
export class FileInput {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** How far it has been read already, by whoever had it before; nothing where the system does not tell. */
  get position(): number | undefined {
    try {
      const position = /^pos:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${this.#fd}`, "utf8"))?.[1];
      return position === undefined ? undefined : Number(position);
    } catch {
      return undefined;
    }
  }

  /** How many bytes it has now. */
  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /** Stretches from a position on, until the end that the file has when it is reached. What it grows by is in the next. */
  *stretches(position: number): Generator<Stretch> {
    for (let start = position, { size } = this; start < size; { size } = this) {
      const end = Math.min(start + STRETCH_BYTES, size);
      yield { fd: this.#fd, start, end };
      start = end;
    }
  }

  /** The bytes from `start` on, at most `length`. Throws what the system says. */
  readAt(start: number, length: number): Buffer {
    const room = Buffer.allocUnsafe(length);
    return room.subarray(0, readSync(this.#fd, room, 0, length, start));
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
