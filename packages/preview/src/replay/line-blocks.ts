// Reads a file in parts, and gives each part's complete lines as bytes.

import { MAX_LINE_BYTES } from "@a3s-sentry/core/slim";

const NEWLINE = 0x0a;
/** How many parts a file has, unless they would be too small or too large. */
const PARTS = 100;
const MIN_PART_BYTES = 4096;
const MAX_PART_BYTES = 1024 * 1024;

export class LineBlocks {
  readonly #source: Blob;
  readonly #partBytes: number;
  #read = 0;
  /** The beginning of a line whose end is in a later part. */
  #open: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(source: Blob) {
    this.#source = source;
    this.#partBytes = Math.max(MIN_PART_BYTES, Math.min(MAX_PART_BYTES, Math.ceil(source.size / PARTS)));
  }

  get read(): number {
    return this.#read;
  }

  get size(): number {
    return this.#source.size;
  }

  get partCount(): number {
    return Math.max(1, Math.ceil(this.size / this.#partBytes));
  }

  get isComplete(): boolean {
    return this.#read >= this.size;
  }

  /** The lines that end in the next part; of the last part all that is left. */
  async next(): Promise<Uint8Array<ArrayBuffer>> {
    const end = Math.min(this.size, this.#read + this.#partBytes);
    const part = new Uint8Array(await this.#source.slice(this.#read, end).arrayBuffer());
    this.#read = end;
    const cut = this.isComplete ? part.length : part.lastIndexOf(NEWLINE) + 1;
    const lines = cut === 0 ? new Uint8Array() : joined(this.#open, part.subarray(0, cut));
    if (cut > 0) this.#open = new Uint8Array();
    // Of a line that is too long, its beginning is enough to say so.
    const room = MAX_LINE_BYTES + 1 - this.#open.length;
    this.#open = joined(this.#open, part.subarray(cut, cut + Math.max(0, room)));
    return lines;
  }
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (a.length === 0) return b.slice();
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Calls `visit` with each line's place in the bytes, without its line break. */
export function eachLine(bytes: Uint8Array, visit: (index: number, start: number, end: number) => void): void {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    visit(index, start, end);
    start = end + 1;
  }
}
