// A file as the input of a run.

import { Buffer } from "node:buffer";
import { fstatSync, read, readFileSync, readSync } from "node:fs";
import { promisify } from "node:util";
import type { FileRange } from "./file-range.js";

/** Few enough to stay in a core's cache until they are judged. */
const CHUNK_BYTES = 256 * 1024;

/** Enough to be worth a task for a worker. */
const RANGE_BYTES = 1024 * 1024;

const readInto = promisify(read);

/** A regular file that is open for reading. It stays open. */
export class FileInput {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * The offset up to which the file has been read already, also by another process; `undefined` if
   * unknown.
   */
  get position(): number | undefined {
    try {
      const position = /^pos:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${this.#fd}`, "utf8"))?.[1];
      return position === undefined ? undefined : Number(position);
    } catch {
      return undefined;
    }
  }

  /** The present size in bytes. */
  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /**
   * Yields ranges from `position` to the end of the file. If the file grows meanwhile, further
   * ranges cover that.
   */
  *ranges(position: number): Generator<FileRange> {
    for (let start = position, { size } = this; start < size; { size } = this) {
      const end = Math.min(start + RANGE_BYTES, size);
      yield { kind: "range", fd: this.#fd, start, end };
      start = end;
    }
  }

  /** Returns up to `length` bytes from `start` on. Throws the system's errors. */
  readAt(start: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, length, start));
  }

  /**
   * Yields the rest of the file until its end, or until `signal` aborts. All chunks use the same
   * memory: each is valid until the next one. Throws the system's errors.
   */
  async *chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    while (!signal.aborted) {
      const { bytesRead } = await readInto(this.#fd, buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  }
}
