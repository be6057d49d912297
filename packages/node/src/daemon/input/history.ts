// The part of the input that L3 may look back at.

import { Buffer } from "node:buffer";
import type { FileInput } from "./file-input.js";

/** How far back the history reaches, in bytes. */
export const HISTORY_BYTES = 8 * 1024 * 1024;
/** Bytes that are kept at most, for escalations that have waited long. */
const MAX_KEPT_BYTES = 4 * HISTORY_BYTES;
/** The memory that a chunk takes beside its bytes. */
const CHUNK_OVERHEAD_BYTES = 256;

/** Bytes of the input that have been read. */
export interface History {
  /** Up to `length` bytes that end at offset `end` of the input. */
  before(end: number, length: number): Buffer;
}

/** The last chunks of a stream. Chunks are kept, not copied. */
export class StreamHistory implements History {
  readonly #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  /** The offset in the input at which the last chunk ends. */
  #end = 0;

  /**
   * Adds the next chunk, which ends at offset `end` of the input. `oldestNeeded` is the offset of
   * the oldest escalation that L3 may still judge.
   */
  add(chunk: Uint8Array, end: number, oldestNeeded: number | undefined): void {
    this.#chunks.push(chunk);
    this.#keptBytes += chunk.length + CHUNK_OVERHEAD_BYTES;
    this.#end = end;
    const budget = Math.min(end - (oldestNeeded ?? end) + HISTORY_BYTES, MAX_KEPT_BYTES);
    while (this.#keptBytes > budget) this.#keptBytes -= (this.#chunks.shift()?.length ?? 0) + CHUNK_OVERHEAD_BYTES;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#keptBytes = 0;
  }

  before(end: number, length: number): Buffer {
    const parts: Uint8Array[] = [];
    let at = this.#end;
    for (let i = this.#chunks.length - 1; i >= 0 && at > end - length; i--) {
      const chunk = this.#chunks[i] ?? new Uint8Array();
      at -= chunk.length;
      if (at < end) parts.unshift(chunk.subarray(Math.max(end - length - at, 0), end - at));
    }
    return Buffer.concat(parts);
  }
}

/** A file, read a second time, from the offset at which the run began. */
export class FileHistory implements History {
  readonly #file: FileInput;
  readonly #begin: number;

  constructor(file: FileInput, begin: number) {
    this.#file = file;
    this.#begin = begin;
  }

  before(end: number, length: number): Buffer {
    const start = Math.max(end - length, this.#begin);
    return this.#file.readAt(start, end - start);
  }
}
