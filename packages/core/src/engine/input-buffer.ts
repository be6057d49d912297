// The room in wasm memory that an event is written to.

import { MAX_BYTES_PER_UNIT, MAX_EVENT_BYTES, utf8Length } from "../util/text.js";
import type { Handle, Memory } from "./module.js";

const encoder = new TextEncoder();
const FIRST_SIZE = 4096;

/** Writes events for one handle. The room only grows, and is found again when memory has moved. */
export class InputBuffer {
  readonly #handle: Handle;
  readonly #memory: Memory;
  #size = 0;
  #view = new Uint8Array(0);

  constructor(handle: Handle, memory: Memory) {
    this.#handle = handle;
    this.#memory = memory;
  }

  /** The event's length in bytes; -1 if it is over the limit. A lone surrogate becomes U+FFFD. */
  write(event: string | Uint8Array): number {
    const atMost = typeof event === "string" ? event.length * MAX_BYTES_PER_UNIT : event.length;
    // A view of memory that has grown has no length.
    if (atMost === 0 || atMost > this.#view.length) {
      if (!this.#reserve(atMost <= MAX_EVENT_BYTES ? atMost : sizeOf(event))) return -1;
    }
    if (typeof event === "string") return encoder.encodeInto(event, this.#view).written;
    this.#view.set(event);
    return event.length;
  }

  #reserve(bytes: number): boolean {
    if (bytes > MAX_EVENT_BYTES) return false;
    const size = Math.min(Math.max(bytes, FIRST_SIZE, this.#size), MAX_EVENT_BYTES);
    const place = this.#handle.input(size);
    if (place === 0) return false;
    this.#size = size;
    this.#view = new Uint8Array(this.#memory.buffer, place, size);
    return true;
  }
}

function sizeOf(event: string | Uint8Array): number {
  return typeof event === "string" ? utf8Length(event) : event.length;
}
