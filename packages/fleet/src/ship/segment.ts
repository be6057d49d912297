// One segment file of the spool.

import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { decodeRecord, MAX_RECORD_BYTES, type SpoolRecord } from "./record.js";

const READ_BYTES = 1 << 20;
const MODE = 0o600;
const syncData = promisify(fdatasync);

/** A file of records, which is only appended to. */
export class Segment {
  readonly path: string;
  readonly #fd: number;
  #size: number;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
    this.#size = fstatSync(fd).size;
  }

  /** Opens a file, or creates it. Throws the system's error. */
  static open(path: string): Segment {
    return new Segment(path, openSync(path, "a+", MODE));
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Throws the system's error. A write that failed in the middle is undone. */
  append(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      ftruncateSync(this.#fd, this.#size);
      throw error;
    }
    this.#size += bytes.length;
  }

  /** The records from an offset on, at least one if there is one, and about 1 MiB at most; with the offset after each. */
  read(from: number): { readonly record: SpoolRecord; readonly end: number }[] {
    const found: { record: SpoolRecord; end: number }[] = [];
    let bytes = this.#bytes(from, READ_BYTES);
    for (let at = 0; at < bytes.length; ) {
      let next = decodeRecord(bytes.subarray(at));
      if (next === "incomplete" && at === 0 && bytes.length < this.#size - from) {
        bytes = this.#bytes(from, MAX_RECORD_BYTES);
        next = decodeRecord(bytes);
      }
      if (typeof next === "string") break;
      at += next.length;
      found.push({ record: next.record, end: from + at });
    }
    return found;
  }

  /** Cuts off what follows an offset. */
  truncate(size: number): void {
    ftruncateSync(this.#fd, size);
    this.#size = size;
  }

  /** Resolves when everything appended so far is on the disk. */
  async sync(): Promise<void> {
    await syncData(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  remove(): void {
    closeSync(this.#fd);
    rmSync(this.path, { force: true });
  }

  #bytes(from: number, most: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(most, this.#size - from)));
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(this.#fd, bytes, read, bytes.length - read, from + read);
      if (count === 0) break;
      read += count;
    }
    return bytes.subarray(0, read);
  }
}
