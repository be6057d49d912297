// The events of an actor before one that is escalated, found in what the run has read lately.

import { Buffer } from "node:buffer";
import { type EventFacts, type JudgedEvent, MAX_LINE_BYTES } from "@a3s-sentry/core";
import type { FileInput } from "./file-input.js";

/** How many events are given. */
const MOST_EVENTS = 50;
/** How far back they are looked for. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Bytes that are kept where escalations wait that came long ago. */
const MOST_KEPT_BYTES = 4 * WINDOW_BYTES;
/** Memory that a chunk takes beside its bytes. */
const CHUNK_COST = 256;
/** Lines that are looked at: whoever writes pids into arguments must not hold up the stream. */
const MOST_LOOKS = 1000;
const NEWLINE = 10;

/** Bytes of the input that have been read. */
export interface History {
  /** Bytes before `end`, at most as many as `length`. */
  before(end: number, length: number): Buffer;
}

/** The last chunks of a stream. Chunks are kept, not copied. */
export class Window implements History {
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #end = 0;

  /** Where the stream is: the bytes that came so far. */
  get end(): number {
    return this.#end;
  }

  /** Takes the next chunk. `needed` is the place of the oldest escalation that may still be asked about. */
  add(chunk: Uint8Array, needed: number | undefined): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length + CHUNK_COST;
    this.#end += chunk.length;
    const most = Math.min(this.#end - (needed ?? this.#end) + WINDOW_BYTES, MOST_KEPT_BYTES);
    while (this.#kept > most) this.#kept -= (this.#chunks.shift()?.length ?? 0) + CHUNK_COST;
  }

  /** Forgets all chunks. */
  clear(): void {
    this.#chunks.length = 0;
    this.#kept = 0;
  }

  before(end: number, length: number): Buffer {
    const parts: Uint8Array[] = [];
    let at = this.#end;
    for (let i = this.#chunks.length - 1; i >= 0 && at > end - length; i--) {
      const chunk = this.#chunks[i] ?? new Uint8Array();
      at -= chunk.length;
      if (at < end) parts.unshift(chunk.subarray(Math.max(end - length - at, 0), end - at));
    }
    return Buffer.concat(parts);
  }
}

/** A file, read again, from where the run has begun. */
export class FileHistory implements History {
  readonly #file: FileInput;
  readonly #begin: number;

  constructor(file: FileInput, begin: number) {
    this.#file = file;
    this.#begin = begin;
  }

  before(end: number, length: number): Buffer {
    const start = Math.max(end - length, this.#begin);
    return this.#file.readAt(start, end - start);
  }
}

/**
 * The last events of the same agent and pid before an event, one line each, oldest first: those among some megabytes
 * before it. `place` is behind the beginning of its line.
 */
export function recentEvents(
  event: JudgedEvent,
  place: number,
  history: History,
  factsOf: (line: string) => Readonly<EventFacts> | null,
): string[] {
  const bytes = history.before(place + MAX_LINE_BYTES, WINDOW_BYTES + MAX_LINE_BYTES);
  const found: string[] = [];
  const pid = Buffer.from(pidText(event));
  let end = bytes.lastIndexOf(event.line);
  for (let looks = 0; end > 0 && looks < MOST_LOOKS && found.length < MOST_EVENTS; looks++) {
    const at = bytes.lastIndexOf(pid, end - 1);
    if (at === -1) break;
    const start = bytes.lastIndexOf(NEWLINE, at) + 1;
    // The line that the history begins in may have lost its beginning: it is no event then.
    const line = bytes.subarray(start, bytes.indexOf(NEWLINE, at));
    const text = line.length > MAX_LINE_BYTES ? "" : line.toString();
    const facts = factsOf(text);
    if (facts?.pid === event.pid && facts.agent === event.agent) found.unshift(text);
    end = start;
  }
  return found;
}

/** The event with its recent ones, which are looked for when they are first asked for. Those that cannot be read are none. */
export function withRecent(event: JudgedEvent, look: () => readonly string[]): JudgedEvent {
  let found: readonly string[] | undefined;
  return {
    ...event,
    get recent() {
      try {
        found ??= look();
      } catch {
        found = [];
      }
      return found;
    },
  };
}

/** The pid as the event's line has it: a collector writes all its lines alike. */
function pidText({ line, pid }: JudgedEvent): string {
  return new RegExp(`"pid"\\s*:\\s*${pid}`).exec(line)?.[0] ?? `"pid":${pid}`;
}
