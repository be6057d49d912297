// Passes the messages of the language server protocol on, and refuses input that is none or too large
// before anything is kept of it.

import type { Buffer } from "node:buffer";
import { Transform, type TransformCallback } from "node:stream";

/** The most bytes of a message: a policy has 1 MiB at most, and JSON makes more of it. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** The most bytes of the header of a message. */
const MAX_HEADER_BYTES = 4096;

const END_OF_HEADER = "\r\n\r\n";

/** Fails with an `Error` whose message is for people. */
export class FramedInput extends Transform {
  /** The header that has arrived so far, one character for each byte. */
  #header = "";
  /** The bytes of the body that are still to come. */
  #missing = 0;

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      this.#check(chunk);
      done(null, chunk);
    } catch (error) {
      done(error as Error);
    }
  }

  #check(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#missing > 0) {
        const body = Math.min(this.#missing, chunk.length - at);
        this.#missing -= body;
        at += body;
        continue;
      }
      const known = this.#header.length;
      this.#header += chunk.toString("latin1", at, at + MAX_HEADER_BYTES);
      const end = this.#header.indexOf(END_OF_HEADER);
      if (end < 0) {
        if (this.#header.length >= MAX_HEADER_BYTES) throw notAMessage();
        return;
      }
      at += end + END_OF_HEADER.length - known;
      this.#missing = lengthOf(this.#header.slice(0, end));
      this.#header = "";
    }
  }
}

function lengthOf(header: string): number {
  const length = /^content-length: *(\d{1,15}) *$/im.exec(header.replaceAll("\r", ""))?.[1];
  if (length === undefined) throw notAMessage();
  if (Number(length) <= MAX_MESSAGE_BYTES) return Number(length);
  throw new Error(`a message of ${length} bytes is larger than ${MAX_MESSAGE_BYTES} bytes`);
}

function notAMessage(): Error {
  return new Error("the input is not a message of the language server protocol: an editor starts `lsp`");
}
