// A stream of events, one a line, in chunks of any size: many events cross to the rule engine in one call.
/// <reference lib="esnext.disposable" preserve="true" />

import type { L1Decisions } from "../decision/l1-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { hasTarget, isPartial } from "../engine/judgment-code.js";
import { MAX_CHUNK_BYTES, type Row } from "../engine/rows.js";
import { needBytes, utf8Text } from "../events/input.js";
import type { JudgedEvent } from "../pipeline/tier.js";
import { saeDecision } from "../sae/sae.js";
import { addDispose } from "../util/dispose.js";
import { minus, NOTHING, plus, type StreamCounters } from "./counters.js";
import { type ItemSource, LazyItem, type StreamItem } from "./item.js";
import { type Judged, judgeLine, judgeLines } from "./one-by-one.js";
import { Tail } from "./tail.js";

/** What a stream judges by: an engine of its own. */
export interface StreamParts {
  readonly engine: Engine;
  readonly l1: L1Decisions;
}

/** What makes streams: a `Sentry`. */
export interface StreamSource {
  createStream(): EventStream;
}

/**
 * Judges NDJSON by L1, and events of a model's activations by the policy's SAE tier, where it has one; with an SAE tier of the caller's,
 * they come out as escalations. Lines over 256 KiB, lines that are no event and events with nothing to judge are skipped and counted.
 * If the rule engine fails on a chunk, its lines are judged one by one, and those that it fails on again come out
 * as escalations that say so.
 *
 * @example
 * const stream = sentry.createStream();
 * for await (const chunk of process.stdin) for (const { decision } of stream.push(chunk)) console.log(decision.reason);
 * for (const { decision } of stream.end()) console.log(decision.reason);
 */
export class EventStream {
  #parts: StreamParts;
  readonly #tail = new Tail();
  /** Whether the engine holds the unfinished line that `#tail` holds. */
  #inStep = true;
  #total = NOTHING;
  /** What the present engine has counted. */
  #counted = NOTHING;
  #turn = 0;
  #closed = false;
  #source: ItemSource;

  /** @internal */
  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#source = this.#sourceOf(parts);
  }

  /** Takes the next bytes; gives what needs attention in the lines that end there, in order. Throws a `TypeError` for what is no bytes. */
  push(chunk: Uint8Array): readonly StreamItem[] {
    needBytes("chunk", chunk);
    if (chunk.length <= MAX_CHUNK_BYTES) return this.#take(chunk);
    const items: StreamItem[] = [];
    for (let start = 0; start < chunk.length; start += MAX_CHUNK_BYTES) {
      const taken = this.#take(chunk.subarray(start, start + MAX_CHUNK_BYTES));
      for (const item of taken) {
        // Events must be fetched before the stream goes on.
        void item.event;
        items.push(item);
      }
    }
    return items;
  }

  /** Judges a last line that has no newline. What comes after that is a new line; closing is still due. */
  end(): readonly StreamItem[] {
    const items = this.#judge(
      (engine) => engine.finish(),
      (parts, tail) => (tail.length === 0 ? { items: [], counted: NOTHING } : judgeLine(parts, tail)),
    );
    this.#tail.clear();
    return items;
  }

  /** What the stream has brought so far. */
  get counters(): StreamCounters {
    return this.#total;
  }

  /**
   * Goes on by the policy of another sentry, from the line that is unfinished now. Counters go on too.
   *
   * @example
   * const next = await Sentry.create(edited);
   * stream.switchTo(next);
   */
  switchTo(sentry: StreamSource): void {
    this.#advance();
    const fresh = sentry.createStream();
    fresh.#closed = true;
    this.#parts.engine.close();
    this.#parts = fresh.#parts;
    this.#source = this.#sourceOf(fresh.#parts);
    this.#inStep = false;
  }

  /** Frees the stream, without judging an unfinished line. Every method but this throws an `Error` from then on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.engine.close();
  }

  /** The same as {@link close}, where the runtime has `Symbol.dispose`. */
  declare [Symbol.dispose]: () => void;

  static {
    addDispose(EventStream.prototype);
  }

  #take(chunk: Uint8Array): StreamItem[] {
    const items = this.#judge(
      (engine) => engine.feed(chunk),
      (parts, tail) => judgeLines(parts, joined(tail, chunk)),
    );
    this.#tail.push(chunk);
    return items;
  }

  /** Judges the fast way, and if the rule engine fails, the slow way. */
  #judge(fast: (engine: Engine) => Row[], slow: (parts: StreamParts, tail: Uint8Array) => Judged): StreamItem[] {
    this.#advance();
    const { engine } = this.#parts;
    try {
      if (!this.#inStep || !engine.intact) this.#resume();
      const items = fast(engine).map(this.#item, this);
      const counted = engine.counters();
      this.#total = plus(this.#total, minus(counted, this.#counted));
      this.#counted = counted;
      return items;
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      this.#inStep = false;
      const { items, counted } = slow(this.#parts, this.#tail.bytes);
      this.#total = plus(this.#total, counted);
      return items;
    }
  }

  /** Gives an engine that has seen nothing of this stream the unfinished line. */
  #resume(): void {
    const { engine } = this.#parts;
    if (this.#tail.bytes.length > 0) engine.feed(this.#tail.bytes);
    this.#counted = engine.counters();
    this.#inStep = true;
  }

  #item(row: Row): StreamItem {
    const { code, target, score } = row;
    const evidence = isPartial(code) ? "partial" : "complete";
    const shared = score === "" ? this.#parts.l1.of(code) : saeDecision(JSON.parse(score), evidence);
    return new LazyItem(shared, hasTarget(code) && score === "" ? target : "", this.#source, row, this.#turn);
  }

  /** Items outlive a switch to another policy, so they keep to the decisions of theirs. */
  #sourceOf({ l1 }: StreamParts): ItemSource {
    return {
      decisionOf: ({ code, target }) => l1.withTarget(code, JSON.parse(target)),
      eventOf: (row, turn) => this.#eventOf(row, turn),
    };
  }

  #eventOf(row: Row, turn: number): JudgedEvent | null {
    if (turn !== this.#turn || this.#closed)
      throw new Error("the stream has gone on: read an item's event before that");
    const { engine } = this.#parts;
    try {
      return { ...engine.factsAt(row), line: utf8Text(engine.lineAt(row)) };
    } catch (error) {
      if (error instanceof EngineFailure) return null;
      throw error;
    }
  }

  #advance(): void {
    if (this.#closed) throw new Error("this stream is closed");
    this.#turn++;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
