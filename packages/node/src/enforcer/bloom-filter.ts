// A Bloom filter over lines: a set in fixed memory without false negatives.

import { randomBytes } from "node:crypto";

/** 4 MiB. One false positive in 6,000 at a million lines, one in 50 at four million. */
const BITS = 2 ** 25;
const PROBES = 4;
const NEWLINE = 0x0a;

/**
 * A set of lines, added as bytes in chunks of any size.
 *
 * Each instance seeds its hash at random, so that nobody can craft lines that cause false
 * positives.
 */
export class LineBloomFilter {
  readonly #words = new Uint32Array(BITS / 32);
  readonly #seeds: readonly [number, number];
  /** The hash of the line so far. */
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

  /** Adds the lines of `bytes`. A line may begin in one call and end in a later one. */
  add(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#mix(bytes, start, end);
      this.endLine();
      start = end + 1;
    }
    this.#mix(bytes, start, bytes.length);
  }

  /** Ends a line that has no newline. */
  endLine(): void {
    for (let i = 0; i < PROBES; i++) {
      const bit = this.#bit(i);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    [this.#low, this.#high] = this.#seeds;
  }

  /** Returns `false` only if the line was never added. Do not call it in the middle of a line. */
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

  /** The bit of a probe, from both halves of the hash. */
  #bit(probe: number): number {
    let hash = Math.imul(this.#low ^ (this.#high >>> 16), 0xcc9e2d51) + Math.imul(probe, this.#high | 1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    return ((hash ^ (hash >>> 15)) >>> 0) & (BITS - 1);
  }
}
