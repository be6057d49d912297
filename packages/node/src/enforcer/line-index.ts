// An exact index of a file's lines: which lines it has, and how many.

import { Buffer } from "node:buffer";
import { readSync } from "node:fs";
import { readBytes } from "./lines.js";

const NEWLINE = 0x0a;
const FIRST_SLOTS = 1024;
/** Positions are kept in 32 bits. Lines that begin behind 4 GiB are counted, but not found. */
const MAX_POSITION = 2 ** 32 - 2;

/**
 * The lines of one file, as a hash table of positions: 16 to 32 bytes of memory per line, whatever
 * its length. A line is found by its hash and then compared with the file's bytes, so no answer is
 * wrong, and the time for one does not grow with the file.
 *
 * Each index seeds its hash at random, so that nobody can craft lines that collide.
 */
export class LineIndex {
  readonly #seeds: readonly [low: number, high: number];
  /**
   * Two numbers for each slot: one more than the position of a line in the file (0: free), and the
   * line's hash.
   */
  #table = new Uint32Array(2 * FIRST_SLOTS);
  #indexed = 0;
  #lines = 0;

  constructor() {
    // `node:crypto` would be loaded by every process that imports this package.
    const [low = 0, high = 0] = crypto.getRandomValues(new Int32Array(2));
    this.#seeds = [low, high];
  }

  /** The number of lines. */
  get lines(): number {
    return this.#lines;
  }

  /** Reads the whole file in place of what was known. Returns whether it ends in a newline. */
  read(fd: number): boolean {
    this.#table = new Uint32Array(2 * FIRST_SLOTS);
    this.#indexed = 0;
    this.#lines = 0;
    const [seedLow, seedHigh] = this.#seeds;
    let low = seedLow;
    let high = seedHigh;
    let lineStart = 0;
    let base = 0;
    for (const bytes of readBytes(fd)) {
      const { length } = bytes;
      for (let i = 0; i < length; i++) {
        const byte = bytes[i] ?? 0;
        if (byte === NEWLINE) {
          this.#add(finish(low, high), lineStart);
          low = seedLow;
          high = seedHigh;
          lineStart = base + i + 1;
        } else {
          low = mixLow(low, byte);
          high = mixHigh(high, byte);
        }
      }
      base += length;
    }
    if (lineStart === base) return true;
    this.#add(finish(low, high), lineStart);
    return false;
  }

  /** Adds a line that was appended at a position of the file. */
  add(line: Uint8Array, position: number): void {
    this.#add(this.#hash(line), position);
  }

  /** Whether a line of the file is exactly `line`. */
  has(fd: number, line: Uint8Array): boolean {
    const hash = this.#hash(line);
    const mask = this.#table.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const position = this.#table[2 * slot] ?? 0;
      if (position === 0) return false;
      if (this.#table[2 * slot + 1] === hash && isLineAt(fd, line, position - 1)) return true;
    }
  }

  #add(hash: number, position: number): void {
    this.#lines += 1;
    if (position > MAX_POSITION) return;
    // At most half of the slots are taken.
    if (4 * this.#indexed >= this.#table.length) this.#grow();
    place(this.#table, hash, position + 1);
    this.#indexed += 1;
  }

  #grow(): void {
    const before = this.#table;
    const table = new Uint32Array(2 * before.length);
    for (let at = 0; at < before.length; at += 2) {
      const position = before[at] ?? 0;
      if (position !== 0) place(table, before[at + 1] ?? 0, position);
    }
    this.#table = table;
  }

  #hash(line: Uint8Array): number {
    let [low, high] = this.#seeds;
    for (const byte of line) {
      low = mixLow(low, byte);
      high = mixHigh(high, byte);
    }
    return finish(low, high);
  }
}

function place(table: Uint32Array, hash: number, position: number): void {
  const mask = table.length / 2 - 1;
  let slot = hash & mask;
  while (table[2 * slot] !== 0) slot = (slot + 1) & mask;
  table[2 * slot] = position;
  table[2 * slot + 1] = hash;
}

function mixLow(low: number, byte: number): number {
  const mixed = Math.imul(low ^ byte, 0x01000193);
  return mixed ^ (mixed >>> 15);
}

function mixHigh(high: number, byte: number): number {
  const mixed = Math.imul(high + byte, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function finish(low: number, high: number): number {
  const mixed = Math.imul(low ^ (high >>> 16), 0xcc9e2d51) + Math.imul(high, 0x7feb352d);
  const spread = Math.imul(mixed ^ (mixed >>> 16), 0x846ca68b);
  return (spread ^ (spread >>> 15)) >>> 0;
}

/** The last line of a file needs no newline. */
function isLineAt(fd: number, line: Uint8Array, position: number): boolean {
  const bytes = Buffer.allocUnsafe(line.length + 1);
  const length = readSync(fd, bytes, 0, bytes.length, position);
  const ends = length === line.length || (length === bytes.length && bytes[line.length] === NEWLINE);
  return ends && bytes.subarray(0, line.length).equals(line);
}
