// The spool of a shipper: events on disk until the server has stored them.

import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, errnoOf, errorText } from "a3s-sentry/host";
import { AppendTimes } from "./append-times.js";
import { encodeRecord, type SpoolRecord } from "./record.js";
import { Segment } from "./segment.js";
import { lockSpool, type SpoolLock } from "./spool-lock.js";

/** A record without its sequence, which the spool gives. */
export type NewRecord = Omit<SpoolRecord, "sequence">;

export interface SpoolOptions {
  readonly folder: string;
  /** The most bytes of all segments. */
  readonly maxBytes: number;
}

/** What was found when the spool was opened. */
export interface Recovered {
  /** Bytes at the end of the last segment that were not written completely. */
  readonly cutBytes: number;
  /** Bytes of events to publish. */
  readonly waitingBytes: number;
}

const SUFFIX = ".spool";
const POSITION = "position";
const SEGMENTS = 16;
const MAX_SEGMENT_BYTES = 64 << 20;
/** Sequences start at the clock, in microseconds: so one that was lost with its file is not given again. */
const SEQUENCES_PER_MS = 1000;

interface SegmentFile {
  readonly first: number;
  readonly segment: Segment;
}

/**
 * An append-only log in segment files. A record that was appended survives the end of the process; one that was synced,
 * that of the machine. Records are read once, in order, and a segment is removed when all of its records are released.
 */
export class Spool {
  readonly recovered: Recovered;
  readonly #options: SpoolOptions;
  readonly #lock: SpoolLock;
  /** In order; the last one is appended to. */
  readonly #segments: SegmentFile[];
  /** The sequence after the last record. */
  #next: number;
  /** A new record has this sequence at least. */
  readonly #leastNext: number;
  #released: number;
  #savedPosition = 0;
  readonly #times = new AppendTimes();
  #appendedEvents = 0;
  /** The segment that is read, and the offset in it. */
  #reading: { file: SegmentFile | undefined; offset: number };

  private constructor(options: SpoolOptions, lock: SpoolLock) {
    this.#options = options;
    this.#lock = lock;
    this.#released = readPosition(options.folder);
    this.#segments = openSegments(options.folder);
    let [cutBytes, waitingBytes, last] = [0, 0, this.#released - 1];
    for (const { segment } of this.#segments) {
      let end = 0;
      for (let found = segment.read(0); found.length > 0; found = segment.read(end)) {
        for (const { record, end: after } of found) {
          last = Math.max(last, record.sequence + record.events - 1);
          if (record.sequence >= this.#released) waitingBytes += record.payload.length;
          end = after;
        }
      }
      cutBytes += segment.size - end;
      segment.truncate(end);
    }
    if (waitingBytes === 0) this.#released = last + 1;
    this.#next = last + 1;
    this.#leastNext = Date.now() * SEQUENCES_PER_MS;
    this.#reading = { file: this.#segments[0], offset: 0 };
    this.recovered = { cutBytes, waitingBytes };
    if (waitingBytes > 0) this.#times.appended(this.#released, performance.now());
  }

  /** Opens a folder, or creates it. Rejects with a `CliError` if another process has it open, or it cannot be used. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder } = options;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return new Spool(options, await lockSpool(folder));
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      throw new CliError(`cannot use the spool \`${folder}\`: ${errorText(error)}`, { cause: error });
    }
  }

  /** Whether all records are released. */
  get isEmpty(): boolean {
    return this.#segments.length === 0 || this.#released >= this.#next;
  }

  /** The bytes of all segments. */
  get bytes(): number {
    return this.#segments.reduce((sum, { segment }) => sum + segment.size, 0);
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** The events that were appended since the spool was opened. */
  get appendedEvents(): number {
    return this.#appendedEvents;
  }

  /** For how many seconds the oldest record has not been released, since the spool was opened. */
  get oldestS(): number {
    return this.isEmpty ? 0 : this.#times.ageS(this.#released, performance.now());
  }

  /** Whether records of so many bytes more have a place. */
  hasRoomFor(bytes: number): boolean {
    return this.bytes + bytes <= this.#options.maxBytes || this.bytes === 0;
  }

  /** Appends records. Throws the system's error; then none of them is in the spool. */
  append(records: readonly NewRecord[]): void {
    const first = Math.max(this.#next, this.#leastNext);
    let sequence = first;
    const encoded = records.map((record) => {
      const bytes = encodeRecord({ sequence, ...record });
      sequence += record.events;
      return bytes;
    });
    this.#writable(first).segment.append(Buffer.concat(encoded));
    this.#next = sequence;
    this.#appendedEvents += sequence - first;
    this.#times.appended(first, performance.now());
  }

  /** The next records that were not read yet; empty if there are none. */
  read(): readonly SpoolRecord[] {
    for (;;) {
      const { file, offset } = this.#reading;
      if (file === undefined) return [];
      const found = file.segment.read(offset);
      this.#reading.offset = found.at(-1)?.end ?? offset;
      if (found.length > 0) {
        // Released before the last process ended.
        const records = found.map(({ record }) => record).filter(({ sequence }) => sequence >= this.#released);
        if (records.length > 0) return records;
        continue;
      }
      const next = this.#segments[this.#segments.indexOf(file) + 1];
      if (next === undefined) return [];
      this.#reading = { file: next, offset: 0 };
    }
  }

  /** Releases all records before a sequence: the server has them. */
  release(sequence: number): void {
    this.#released = sequence;
    for (;;) {
      const [oldest, next] = this.#segments;
      if (oldest === undefined || oldest === this.#reading.file || next === undefined || next.first > sequence) return;
      oldest.segment.remove();
      this.#segments.shift();
    }
  }

  /** Writes appended records to the disk, and the position from which the next process publishes. */
  async sync(): Promise<void> {
    this.savePosition();
    await this.#segments.at(-1)?.segment.sync();
  }

  savePosition(): void {
    if (this.#savedPosition === this.#released) return;
    this.#savedPosition = this.#released;
    const path = join(this.#options.folder, POSITION);
    writeFileSync(`${path}.new`, `${this.#released}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** Closes the files. A spool without records that wait leaves no segment. */
  close(): void {
    this.savePosition();
    const { isEmpty } = this;
    for (const { segment } of this.#segments) {
      if (isEmpty) segment.remove();
      else segment.close();
    }
    this.#lock.release();
  }

  /** The segment to append to. */
  #writable(first: number): SegmentFile {
    const last = this.#segments.at(-1);
    const limit = Math.min(MAX_SEGMENT_BYTES, this.#options.maxBytes / SEGMENTS);
    if (last !== undefined && last.segment.size < limit) return last;
    // What has been appended to the old segment is synced with it.
    void last?.segment.sync().catch(() => {});
    const path = join(this.#options.folder, `${String(first).padStart(16, "0")}${SUFFIX}`);
    const file = { first, segment: Segment.open(path) };
    this.#segments.push(file);
    this.#reading.file ??= file;
    return file;
  }
}

function openSegments(folder: string): SegmentFile[] {
  const names = readdirSync(folder).filter((name) => /^\d{16}\.spool$/.test(name));
  return names.sort().map((name) => ({
    first: Number(name.slice(0, -SUFFIX.length)),
    segment: Segment.open(join(folder, name)),
  }));
}

/** The sequence from which records are published; 0 if there is none, or it is not readable. */
function readPosition(folder: string): number {
  try {
    const position = Number(readFileSync(join(folder, POSITION), "utf8"));
    return Number.isSafeInteger(position) ? position : 0;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw error;
  }
}
