// A set of lines in fixed memory that can say "certainly not in it": a Bloom filter.

import { randomBytes } from "node:crypto";

/** 4 MiB. One wrong "maybe" in 6,000 at a million lines, one in 50 at four million. */
const BITS = 2 ** 25;
const PROBES = 4;
const NEWLINE = 0x0a;

/**
 * The lines of a text, added in pieces of any size.
 *
 * Its hash is seeded anew in each process, so that nobody can craft lines that make it answer "maybe".
 */
export class LineFilter {
  readonly #words = new Uint32Array(BITS / 32);
  readonly #seeds: readonly [number, number];
  /** The hash of the line that is being added. */
  #low: number;
  #high: number;

  constructor() {
    const seed = randomBytes(8);
    this.#seeds = [seed.readInt32LE(0), seed.readInt32LE(4)];
    [this.#low, this.#high] = this.#seeds;
  }

  clear(): void {
    this.#words.fill(0);
    [this.#low, this.#high] = this.#seeds;
  }

  /** Adds the lines of `bytes`; a line may begin in one call and end in a later one. */
  add(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#mix(bytes, start, end);
      this.endLine();
      start = end + 1;
    }
    this.#mix(bytes, start, bytes.length);
  }

  /** Ends a line that no newline ends. */
  endLine(): void {
    for (let i = 0; i < PROBES; i++) {
      const bit = this.#bit(i);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    [this.#low, this.#high] = this.#seeds;
  }

  /** `false`: the line was never added. Not to be called while a line is being added. */
  mayHave(line: Uint8Array): boolean {
    this.#mix(line, 0, line.length);
    let found = true;
    for (let i = 0; found && i < PROBES; i++) {
      const bit = this.#bit(i);
      found = ((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
    }
    [this.#low, this.#high] = this.#seeds;
    return found;
  }

  #mix(bytes: Uint8Array, start: number, end: number): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      low = Math.imul(low ^ byte, 0x01000193);
      low ^= low >>> 15;
      high = Math.imul(high + byte, 0x85ebca6b);
      high ^= high >>> 13;
    }
    this.#low = low;
    this.#high = high;
  }

  /** Each probe from both halves of the hash. */
  #bit(probe: number): number {
    let hash = Math.imul(this.#low ^ (this.#high >>> 16), 0xcc9e2d51) + Math.imul(probe, this.#high | 1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    return ((hash ^ (hash >>> 15)) >>> 0) & (BITS - 1);
  }
}
