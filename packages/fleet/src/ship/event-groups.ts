// Groups the lines of the input by agent.

import { tokenOf, unnamedToken } from "../nats/token.js";
import type { NewRecord } from "./spool.js";

/** A message has about so many bytes at most, unless one event has more. */
const MAX_GROUP_BYTES = 256 << 10;
/** A line that is longer is too long to be judged. */
const MAX_LINE_BYTES = 4 << 20;
/** What is kept of a line that is too long: the worker shows the beginning. */
export const KEPT_BYTES = 1024;
/** The tokens that are remembered. */
const MAX_TOKENS = 10_000;
const NEWLINE = 10;
const END = Buffer.from("\n");

interface Group {
  readonly lines: Uint8Array[];
  events: number;
  bytes: number;
}

/** Cuts bytes into lines, and collects them by agent, in their order. */
export class EventGroups {
  readonly #unnamed: string;
  readonly #tokens = new Map<string, string>();
  #groups = new Map<string, Group>();
  #full: NewRecord[] = [];
  /** The unfinished line, as far as it is kept, and its length. */
  #partial: Uint8Array[] = [];
  #partialBytes = 0;
  #bytes = 0;

  constructor(shipper: string) {
    this.#unnamed = unnamedToken(shipper);
  }

  /** The bytes that {@link take} would return. */
  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Adds a last line that no newline ends. */
  end(): void {
    this.#line(new Uint8Array());
  }

  /** The records of all lines so far, which are then forgotten. */
  take(): readonly NewRecord[] {
    for (const [agent, group] of this.#groups) this.#close(agent, group);
    const records = this.#full;
    this.#groups = new Map();
    this.#full = [];
    this.#bytes = 0;
    return records;
  }

  #keep(part: Uint8Array): void {
    // A copy: the stream may use its buffer again.
    if (this.#partialBytes <= MAX_LINE_BYTES) this.#partial.push(Buffer.from(part));
    this.#partialBytes += part.length;
  }

  #line(end: Uint8Array): void {
    if (this.#partialBytes === 0) {
      this.#add(end, end.length);
      return;
    }
    const length = this.#partialBytes + end.length;
    const line = Buffer.concat([...this.#partial, end]);
    this.#partial = [];
    this.#partialBytes = 0;
    this.#add(line, length);
  }

  #add(line: Uint8Array, length: number): void {
    if (length > MAX_LINE_BYTES) {
      this.#full.push({ events: 1, agent: this.#unnamed, oversized: length, payload: beginningOf(line) });
      this.#bytes += KEPT_BYTES;
      return;
    }
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8");
    if (text.trim() === "") return;
    const agent = this.#tokenOf(text);
    let group = this.#groups.get(agent);
    if (group !== undefined && group.bytes + length >= MAX_GROUP_BYTES) {
      this.#close(agent, group);
      group = undefined;
    }
    if (group === undefined) {
      group = { lines: [], events: 0, bytes: 0 };
      this.#groups.set(agent, group);
    }
    group.lines.push(line, END);
    group.events += 1;
    group.bytes += length + 1;
    this.#bytes += length + 1;
  }

  #close(agent: string, { lines, events, bytes }: Group): void {
    this.#full.push({ events, agent, payload: Buffer.concat(lines, bytes) });
  }

  /** The token of the agent that a line names. It decides on the order of judging alone, not on what is judged. */
  #tokenOf(line: string): string {
    const name = agentOf(line);
    if (name === undefined) return this.#unnamed;
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const token = tokenOf(name);
    if (this.#tokens.size >= MAX_TOKENS) this.#tokens.clear();
    this.#tokens.set(name, token);
    return token;
  }
}

/** What is kept of a line that is too long: a line of its own. */
export function beginningOf(line: Uint8Array): Buffer {
  return Buffer.concat([line.subarray(0, KEPT_BYTES - 1), END]);
}

function agentOf(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line);
    const identity = member(event, "identity");
    const agent = member(identity, "agent");
    return typeof agent === "string" && agent !== "" ? agent : undefined;
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
