// Reads whole bodies, with a limit for each and one for all together.

import type { IncomingMessage } from "node:http";
import { MAX_FRAME_BYTES } from "../frame.js";

/** The most bytes of all bodies that are being read. */
const MAX_TOTAL_BYTES = 128 * 1024 * 1024;

/** Why a body was not read. */
export type Unread = "too-large" | "no-room";

export class Bodies {
  #bytes = 0;

  /** A whole body. Rejects if its sender breaks off. */
  async read(message: IncomingMessage): Promise<Uint8Array | Unread> {
    const parts: Buffer[] = [];
    let length = 0;
    try {
      for await (const part of message as AsyncIterable<Buffer>) {
        length += part.length;
        this.#bytes += part.length;
        if (length > MAX_FRAME_BYTES) return "too-large";
        if (this.#bytes > MAX_TOTAL_BYTES) return "no-room";
        parts.push(part);
      }
      return Buffer.concat(parts, length);
    } finally {
      this.#bytes -= length;
    }
  }
}
