// Chunks of a stream, cut anywhere, into blocks of whole lines.

import { MAX_LINE_BYTES } from "@a3s-sentry/core";
import type { Room } from "./protocol.js";

const NEWLINE = 10;
/** One byte more than a line may have tells that it is too long. */
const MOST = MAX_LINE_BYTES + 1;

/** Bytes that a block has at most: the longest line, and enough beside it. */
const ROOM_BYTES = 1024 * 1024;

/** Whole lines. */
export interface Block {
  /** Its first `length` bytes. */
  readonly room: Room;
  readonly length: number;
  /** The same bytes: they stay when the room has gone to another thread. */
  readonly kept: Room;
}

/** Gathers the lines of a stream. Of a line that is too long, only the beginning is kept. */
export class Blocks {
  #room: Room = newRoom();
  #kept: Room = newRoom();
  #length = 0;
  #whole = 0;

  /** Bytes of whole lines that have gathered. */
  get whole(): number {
    return this.#whole;
  }

  /** Whether a line has begun and not ended. */
  get unfinished(): boolean {
    return this.#length > this.#whole;
  }

  /** Whether there is no room for more. */
  get full(): boolean {
    return this.#length === this.#room.length;
  }

  /** Takes from the beginning of a chunk what there is room for, and gives how many bytes that were. */
  add(chunk: Uint8Array): number {
    const open = this.#length - this.#whole;
    const from = open < MOST ? 0 : chunk.indexOf(NEWLINE);
    if (from === -1) return chunk.length;
    const piece = chunk.subarray(from, from + this.#room.length - this.#length);
    if (piece.length === 0) return from;
    const lineStart = piece.lastIndexOf(NEWLINE) + 1;
    const tail = lineStart > 0 ? piece.length - lineStart : open + piece.length;
    const kept = tail > MOST ? piece.subarray(0, piece.length - (tail - MOST)) : piece;
    this.#room.set(kept, this.#length);
    this.#kept.set(kept, this.#length);
    if (lineStart > 0) this.#whole = this.#length + lineStart;
    this.#length += kept.length;
    return from + piece.length;
  }

  /** The whole lines; the unfinished one goes on in two more rooms of {@link ROOM_BYTES}. */
  take(room: Room, kept: Room): Block {
    const block = { room: this.#room, length: this.#whole, kept: this.#kept };
    const open = this.#room.subarray(this.#whole, this.#length);
    room.set(open);
    kept.set(open);
    this.#room = room;
    this.#kept = kept;
    this.#length = open.length;
    this.#whole = 0;
    return block;
  }
}

export function newRoom(): Room {
  return new Uint8Array(ROOM_BYTES);
}
