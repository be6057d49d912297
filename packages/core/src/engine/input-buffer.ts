// The buffer in wasm memory into which one event is written.

import type { EncodedEvent } from "../events/input.js";
import { JsonText } from "../events/json-text.js";
import { MAX_EVENT_BYTES } from "../generated/boundary.js";
import { MAX_BYTES_PER_UNIT, utf8Length } from "../util/text.js";
import type { Handle, Memory } from "./module.js";

const encoder = new TextEncoder();
const FIRST_SIZE = 4096;
/** A larger buffer is freed after the event that needed it. */
const MAX_KEPT_BYTES = 256 * 1024;

/**
 * The input buffer of one handle. It grows as events need it, and finds its address again after
 * wasm memory has grown.
 */
export class InputBuffer {
  readonly #handle: Handle;
  readonly #memory: Memory;
  #size = 0;
  #view = new Uint8Array(0);

  constructor(handle: Handle, memory: Memory) {
    this.#handle = handle;
    this.#memory = memory;
  }

  /**
   * Writes an event. Returns its length in bytes, or -1 if it has more than 16 MiB. A lone
   * surrogate becomes U+FFFD.
   */
  write(event: EncodedEvent): number {
    if (JsonText.is(event)) {
      if (!this.#hasRoom(event.length)) return -1;
      let at = 0;
      for (const part of event.parts) {
        this.#view.set(part, at);
        at += part.length;
      }
      return event.length;
    }
    if (typeof event !== "string") {
      if (!this.#hasRoom(event.length)) return -1;
      this.#view.set(event);
      return event.length;
    }
    // New memory is cleared, and most long texts are nearly ASCII: room for three bytes of each unit would take
    // longer than the text.
    const units = event.length;
    const likely = units > MAX_KEPT_BYTES ? units + (units >> 3) : units * MAX_BYTES_PER_UNIT;
    if (likely <= MAX_EVENT_BYTES) {
      if (!this.#hasRoom(likely)) return -1;
      const { read, written } = encoder.encodeInto(event, this.#view);
      if (read === units) return written;
    }
    return this.#hasRoom(utf8Length(event)) ? encoder.encodeInto(event, this.#view).written : -1;
  }

  /** Whether the buffer is too large to be kept. */
  get isLarge(): boolean {
    return this.#size > MAX_KEPT_BYTES;
  }

  /** Frees the buffer. */
  release(): void {
    this.#size = 0;
    this.#view = new Uint8Array(0);
    this.#handle.release();
  }

  #hasRoom(bytes: number): boolean {
    // After wasm memory has grown, the old view has length 0.
    return (bytes > 0 && bytes <= this.#view.length) || this.#reserve(bytes);
  }

  #reserve(bytes: number): boolean {
    if (bytes > MAX_EVENT_BYTES) return false;
    const size = Math.min(Math.max(bytes, FIRST_SIZE, this.#size), MAX_EVENT_BYTES);
    const address = this.#handle.input(size);
    if (address === 0) return false;
    this.#size = size;
    this.#view = new Uint8Array(this.#memory.buffer, address, size);
    return true;
  }
}
