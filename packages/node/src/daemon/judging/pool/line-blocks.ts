// Collects chunks of a stream, cut anywhere, into blocks of whole lines.

import { MAX_LINE_BYTES } from "@a3s-sentry/core";
import type { TransferBuffer } from "./protocol.js";

const NEWLINE = 10;
/** Bytes that are kept of a line. One more than the limit shows that the line is too long. */
const MAX_KEPT_BYTES = MAX_LINE_BYTES + 1;
/** The size of a buffer: room for many lines. It grows for a line that is longer. */
const BUFFER_BYTES = 1024 * 1024;
/** Room for the longest line, and for the newline behind it. */
const MAX_BUFFER_BYTES = MAX_KEPT_BYTES + BUFFER_BYTES;

/**
 * Whole lines, twice: the main thread keeps the copy so that it can judge the lines again if the
 * worker dies.
 */
export interface LineBlock {
  readonly kind: "block";
  /** Sent to a worker, and empty here from then on. */
  readonly buffer: TransferBuffer;
  readonly copy: TransferBuffer;
  /** The lines are the first `length` bytes of both. */
  readonly length: number;
}

/** Collects the lines of a stream, and reuses the buffers of blocks that have been judged. */
export class LineBlocks {
  readonly #spare: TransferBuffer[] = [];
  #buffer: TransferBuffer = new Uint8Array(BUFFER_BYTES);
  #copy: TransferBuffer = new Uint8Array(BUFFER_BYTES);
  #length = 0;
  #wholeLength = 0;
  #takenBytes = 0;

  /** The bytes of the buffers of blocks that have been taken and not recycled. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** The number of bytes in whole lines that can be taken. */
  get wholeLength(): number {
    return this.#wholeLength;
  }

  /** Whether a line has begun and not ended. */
  get unfinished(): boolean {
    return this.#length > this.#wholeLength;
  }

  /** Whether whole lines must be taken before more can be added. */
  get full(): boolean {
    return this.#length === this.#buffer.length && this.#wholeLength > 0;
  }

  /**
   * Adds bytes from the start of a chunk while there is room, and returns how many it has consumed.
   */
  add(chunk: Uint8Array): number {
    const open = this.#length - this.#wholeLength;
    const from = open < MAX_KEPT_BYTES ? 0 : chunk.indexOf(NEWLINE);
    if (from === -1) return chunk.length;
    if (open === this.#buffer.length) this.#grow();
    const piece = chunk.subarray(from, from + this.#buffer.length - this.#length);
    if (piece.length === 0) return from;
    const lineStart = piece.lastIndexOf(NEWLINE) + 1;
    const tail = lineStart > 0 ? piece.length - lineStart : open + piece.length;
    const kept = tail > MAX_KEPT_BYTES ? piece.subarray(0, piece.length - (tail - MAX_KEPT_BYTES)) : piece;
    this.#buffer.set(kept, this.#length);
    this.#copy.set(kept, this.#length);
    if (lineStart > 0) this.#wholeLength = this.#length + lineStart;
    this.#length += kept.length;
    return from + piece.length;
  }

  /** Takes the whole lines. The unfinished line stays. */
  take(): LineBlock {
    const block: LineBlock = {
      kind: "block",
      buffer: this.#buffer,
      copy: this.#copy,
      length: this.#wholeLength,
    };
    const open = this.#buffer.subarray(this.#wholeLength, this.#length);
    const [buffer, copy] = [this.#bufferFor(open), this.#bufferFor(open)];
    this.#takenBytes += 2 * this.#buffer.length;
    this.#buffer = buffer;
    this.#copy = copy;
    this.#length = open.length;
    this.#wholeLength = 0;
    return block;
  }

  /** Takes back the buffers of a judged block; `returned` is the one that its worker sent back. */
  recycle({ buffer, copy }: LineBlock, returned: TransferBuffer | undefined): void {
    this.#takenBytes -= 2 * copy.length;
    for (const each of [buffer, copy, returned]) {
      // A buffer that was sent to a worker has no bytes here, and one that has grown is not kept.
      if (each !== undefined && each.length === BUFFER_BYTES) this.#spare.push(each);
    }
  }

  /** A buffer that begins with the open line, and has room for more. */
  #bufferFor(open: Uint8Array): TransferBuffer {
    const size = Math.min(Math.max(BUFFER_BYTES, 2 * open.length), MAX_BUFFER_BYTES);
    const buffer = (size === BUFFER_BYTES ? this.#spare.pop() : undefined) ?? new Uint8Array(size);
    buffer.set(open);
    return buffer;
  }

  /** Makes room for a line that fills the buffer. */
  #grow(): void {
    [this.#buffer, this.#copy] = [this.#bufferFor(this.#buffer), this.#bufferFor(this.#copy)];
  }
}
