// The buffer in wasm memory into which one event is written.

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
  write(event: string | Uint8Array): number {
    const atMost = typeof event === "string" ? event.length * MAX_BYTES_PER_UNIT : event.length;
    // After wasm memory has grown, the old view has length 0.
    if (atMost === 0 || atMost > this.#view.length) {
      if (!this.#reserve(atMost <= MAX_EVENT_BYTES ? atMost : byteLength(event))) return -1;
    }
    if (typeof event === "string") return encoder.encodeInto(event, this.#view).written;
    this.#view.set(event);
    return event.length;
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

function byteLength(event: string | Uint8Array): number {
  return typeof event === "string" ? utf8Length(event) : event.length;
}
