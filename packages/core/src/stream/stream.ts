// A stream of events, one a line, in chunks of any size: the rule engine judges many events in one
// call.
/// <reference lib="esnext.disposable" preserve="true" />

import type { L1Decisions } from "../decision/l1-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { hasTarget, isEvent, isOversized, isPartial } from "../engine/judgement-code.js";
import type { Row } from "../engine/rows.js";
import { decodeUtf8, ownBytes, requireBytes } from "../events/input.js";
import { MAX_CHUNK_BYTES } from "../generated/boundary.js";
import type { JudgedEvent } from "../pipeline/tier.js";
import { saeDecision } from "../sae/tier.js";
import { addDispose } from "../util/dispose.js";
import { truncateUtf8 } from "../util/text.js";
import { minus, plus, type StreamCounters, ZERO } from "./counters.js";
import {
  type ItemSource,
  LazyItem,
  oversizedItem,
  type SkippedLine,
  type SkippedSample,
  type StreamItem,
  type StreamLine,
  type StreamLines,
  skippedLine,
} from "./item.js";
import { type JudgedLines, judgeLine, judgeLines } from "./line-by-line.js";
import { PartialLine } from "./partial-line.js";

/** How much of a sample is kept. */
const MAX_SAMPLE_BYTES = 256;
/** The bytes that are searched for secrets: one that the end of the sample cuts must be recognised. */
const MAX_SEARCHED_BYTES = 8192;
/** One malformed line in so many is a sample. */
const SAMPLE_EVERY = 1000;
/** The bytes that a blank line consists of. */
const ASCII_SPACES: readonly number[] = [0x09, 0x0a, 0x0c, 0x0d, 0x20];

/** A stream's own engine, and the decisions of its policy. */
export interface StreamParts {
  readonly engine: Engine;
  readonly l1: L1Decisions;
  readonly lines: StreamLines;
}

/** Which lines a stream returns. */
export interface StreamOptions<Lines extends StreamLines = StreamLines> {
  /** `notable` by default. */
  readonly lines?: Lines;
}

/** Creates streams: a `Sentry`. */
export interface StreamSource {
  createStream(options?: StreamOptions<"notable">): EventStream;
  createStream(options: StreamOptions<"all">): EventStream<StreamLine>;
}

/**
 * Judges NDJSON by L1. The policy's SAE tier judges `LlmActivations` events if there is one; with a
 * caller's SAE tier, they are returned as escalations. Lines that are not events and events with
 * nothing to judge are skipped and counted. A line over 4 MiB is returned as an escalation. Whole
 * events within a damaged line are judged, each as an item of its own. If the rule engine fails on a chunk, its lines are judged one by one, and a line on which it fails
 * again is returned as an escalation with that reason. A stream of all lines returns one item for each line, in order;
 * those that are not judged are `SkippedLine`s.
 *
 * @example
 * const stream = sentry.createStream();
 * for await (const chunk of process.stdin) for (const { decision } of stream.push(chunk)) console.log(decision.reason);
 * for (const { decision } of stream.end()) console.log(decision.reason);
 */
export class EventStream<Line extends StreamLine = StreamItem> {
  #parts: StreamParts;
  readonly #partialLine = new PartialLine();
  /** Whether the engine has the unfinished line too. */
  #isInSync = true;
  #total = ZERO;
  /** What the current engine has counted. */
  #counted = ZERO;
  /** Changes with each call that makes earlier rows invalid. */
  #generation = 0;
  #closed = false;
  #source: ItemSource;
  #samples: SkippedSample[] = [];
  /** The malformed lines that a stream of all lines has returned, blank ones apart. */
  #damaged = 0;
  /** Whether a stream of all lines has had a line with a mistyped kind. */
  #hasMistyped = false;

  /** @internal */
  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#source = this.#sourceOf(parts);
  }

  /**
   * Judges the lines that end in the next bytes; returns those that need attention, in order.
   * Throws a `TypeError` unless `chunk` is a `Uint8Array`.
   */
  push(chunk: Uint8Array): readonly Line[] {
    requireBytes("chunk", chunk);
    this.#samples = [];
    const bytes = ownBytes(chunk);
    if (bytes.length <= MAX_CHUNK_BYTES) return this.#take(bytes);
    const items: Line[] = [];
    for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES) {
      const taken = this.#take(bytes.subarray(start, start + MAX_CHUNK_BYTES));
      for (const item of taken) {
        // Fetch events before the next chunk makes them unavailable.
        if ("event" in item) void item.event;
        items.push(item);
      }
    }
    return items;
  }

  /**
   * Judges a last line that has no newline. Bytes pushed later start a new line. The stream still
   * has to be closed.
   */
  end(): readonly Line[] {
    this.#samples = [];
    const items = this.#judge(
      (engine) => engine.finish(),
      (parts, line) => (line.length === 0 ? { items: [], counted: ZERO } : judgeLine(parts, line)),
    );
    this.#partialLine.clear();
    return items;
  }

  /** What the stream has read so far. */
  get counters(): StreamCounters {
    return this.#total;
  }

  /**
   * Of the lines that the last `push` or `end` has skipped, those worth a message: the first
   * malformed line of the stream and each thousandth, and the first with a mistyped kind. `switchTo`
   * starts this anew.
   */
  get skippedSamples(): readonly SkippedSample[] {
    return this.#samples;
  }

  /**
   * Continues with the policy of another sentry, starting with the currently unfinished line.
   * Counters continue.
   *
   * @example
   * const next = await Sentry.create(edited);
   * stream.switchTo(next);
   */
  switchTo(sentry: StreamSource): void {
    this.#advance();
    const fresh = this.#parts.lines === "all" ? sentry.createStream({ lines: "all" }) : sentry.createStream();
    fresh.#closed = true;
    this.#parts.engine.close();
    this.#parts = fresh.#parts;
    this.#source = this.#sourceOf(fresh.#parts);
    this.#isInSync = false;
    this.#damaged = 0;
    this.#hasMistyped = false;
  }

  /**
   * Frees the stream without judging an unfinished line. From then on, all other methods throw an
   * `Error`.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.engine.close();
  }

  /** Same as {@link close}, if the runtime has `Symbol.dispose`. */
  declare [Symbol.dispose]: () => void;

  static {
    addDispose(EventStream.prototype);
  }

  #take(chunk: Uint8Array): Line[] {
    const items = this.#judge(
      (engine) => engine.feed(chunk),
      (parts, line) => judgeLines(parts, joined(line, chunk)),
    );
    this.#partialLine.push(chunk);
    return items;
  }

  /** Judges by `fast`; if the rule engine fails, by `slow`. */
  #judge(fast: (engine: Engine) => Row[], slow: (parts: StreamParts, partialLine: Uint8Array) => JudgedLines): Line[] {
    const lines = this.#judgeAny(fast, slow);
    // Only a stream of all lines gets the others, and its type says so.
    return lines as Line[];
  }

  #judgeAny(
    fast: (engine: Engine) => Row[],
    slow: (parts: StreamParts, partialLine: Uint8Array) => JudgedLines,
  ): StreamLine[] {
    this.#advance();
    const { engine } = this.#parts;
    try {
      if (!this.#isInSync || !engine.isIntact) this.#resume();
      const items: StreamLine[] = [];
      for (const row of fast(engine)) this.#add(row, items);
      const counted = engine.counters();
      this.#total = plus(this.#total, minus(counted, this.#counted));
      this.#counted = counted;
      return items;
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      this.#isInSync = false;
      const { items, counted } = slow(this.#parts, this.#partialLine.bytes);
      this.#total = plus(this.#total, counted);
      return items;
    }
  }

  /** Feeds the unfinished line to an engine that lacks it. */
  #resume(): void {
    const { engine } = this.#parts;
    const { bytes } = this.#partialLine;
    for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES) {
      engine.feed(bytes.subarray(start, start + MAX_CHUNK_BYTES));
    }
    this.#counted = engine.counters();
    this.#isInSync = true;
  }

  #add(row: Row, items: StreamLine[]): void {
    if (isEvent(row.code)) items.push(this.#itemOf(row));
    else if (isOversized(row.code)) items.push(oversizedItem(row));
    else this.#addSkipped(row, items);
  }

  #addSkipped(row: Row, items: StreamLine[]): void {
    const { engine, lines } = this.#parts;
    const line = skippedLine(row.code, engine.faultAt(row), row.tail);
    const { skipped, why } = line;
    // Without all lines, the engine returns samples alone.
    const isSample = lines === "notable" || this.#isSample(line, row);
    if (isSample) {
      // The engine counts lines modulo 2^32.
      const inCall = (row.line - this.#counted.lines) >>> 0;
      const searched = decodeUtf8(engine.lineAt(row).subarray(0, MAX_SEARCHED_BYTES));
      const text = truncateUtf8(engine.masked(searched), MAX_SAMPLE_BYTES);
      this.#samples.push({ line: this.#total.lines + inCall, skipped, why, text });
    }
    if (lines === "all") items.push(line);
  }

  /** Whether a line of a stream of all lines is a sample. */
  #isSample({ skipped, why }: SkippedLine, row: Row): boolean {
    if (skipped === "malformed") return !this.#isBlank(row) && this.#damaged++ % SAMPLE_EVERY === 0;
    if (why === "" || this.#hasMistyped) return false;
    this.#hasMistyped = true;
    return true;
  }

  #isBlank(row: Row): boolean {
    return this.#parts.engine.lineAt(row).every((byte) => ASCII_SPACES.includes(byte));
  }

  #itemOf(row: Row): StreamItem {
    const { code, target, score } = row;
    const evidence = isPartial(code) ? "partial" : "complete";
    const shared = score === "" ? this.#parts.l1.of(code) : saeDecision(JSON.parse(score), evidence);
    return new LazyItem(shared, hasTarget(code) && score === "" ? target : "", this.#source, row, this.#generation);
  }

  /**
   * Items may be read after a switch to another policy, so they keep the decisions of their own.
   */
  #sourceOf({ l1 }: StreamParts): ItemSource {
    return {
      decisionOf: ({ code, target }) => l1.withTarget(code, JSON.parse(target)),
      eventOf: (row, generation) => this.#eventOf(row, generation),
    };
  }

  #eventOf(row: Row, generation: number): JudgedEvent | null {
    if (generation !== this.#generation || this.#closed)
      throw new Error("event expired: read `item.event` before the next `push`");
    const { engine } = this.#parts;
    try {
      return { ...engine.factsAt(row), line: decodeUtf8(engine.lineAt(row)) };
    } catch (error) {
      if (error instanceof EngineFailure) return null;
      throw error;
    }
  }

  #advance(): void {
    if (this.#closed) throw new Error("this stream is closed");
    this.#generation++;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
