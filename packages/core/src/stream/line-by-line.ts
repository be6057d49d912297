// Judging the lines of a chunk one at a time, to isolate a line on which the rule engine fails.

import type { Decision } from "../decision/decision.js";
import { engineFailed, withoutItsTarget } from "../decision/l1-decisions.js";
import type { Engine, LineParts } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { FAILED_CODE, hasTarget, isEvent, MALFORMED_CODE } from "../engine/judgement-code.js";
import { decodeUtf8 } from "../events/input.js";
import { MAX_LINE_BYTES } from "../generated/boundary.js";
import { unavailable } from "../pipeline/ask-tier.js";
import type { JudgedEvent } from "../pipeline/tier.js";
import { MODEL_OUTPUT_RISK, saeDecision } from "../sae/tier.js";
import { plus, type StreamCounters, ZERO } from "./counters.js";
import { oversizedItem, type SkippedLine, type StreamItem, type StreamLine, skippedLine } from "./item.js";
import type { StreamParts } from "./stream.js";

const NEWLINE = 10;
const NO_PARTS: LineParts = { texts: [], isSearched: true };

export interface JudgedLines {
  readonly items: StreamLine[];
  readonly counted: StreamCounters;
}

/** Judges all lines of `text` that end in a newline. */
export function judgeLines(parts: StreamParts, text: Uint8Array): JudgedLines {
  const items: StreamLine[] = [];
  let counted = ZERO;
  let start = 0;
  for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
    const judged = judgeLine(parts, text.subarray(start, end));
    // A damaged line may have more items than a call takes arguments.
    for (const item of judged.items) items.push(item);
    counted = plus(counted, judged.counted);
    start = end + 1;
  }
  return { items, counted };
}

/**
 * Judges one line, or each part of a damaged line. A line on which the engine fails counts as an
 * event, since it must not go unnoticed.
 */
export function judgeLine(parts: StreamParts, line: Uint8Array): JudgedLines {
  if (line.length > MAX_LINE_BYTES) {
    return { items: [oversizedItem({ head: "", tail: "" })], counted: { ...ZERO, lines: 1, oversized: 1 } };
  }
  try {
    return judgeParts(parts, line);
  } finally {
    parts.engine.release();
  }
}

function judgeParts(parts: StreamParts, line: Uint8Array): JudgedLines {
  const code = parts.engine.judge(line);
  const { texts, isSearched } = code === MALFORMED_CODE ? partsOf(parts.engine, line) : NO_PARTS;
  if (texts.length === 0 && isSearched) return judged(parts, line, code);
  const items: StreamLine[] = [];
  let counted = ZERO;
  for (const [number, text] of texts.entries()) {
    const next = judged(parts, text, parts.engine.judge(text));
    for (const item of next.items) items.push(number === 0 ? item : { ...item, sameLine: true });
    counted = plus(counted, next.counted);
  }
  if (!isSearched) {
    const item = oversizedItem({ head: "", tail: "" });
    items.push(texts.length === 0 ? item : { ...item, sameLine: true });
    counted = plus(counted, { ...ZERO, oversized: 1 });
  }
  // The line is malformed, and the events in it are judged all the same.
  return { items, counted: { ...counted, lines: 1, malformed: 1 } };
}

/** `code` is that of the line, which was judged last. */
function judged(parts: StreamParts, line: Uint8Array, code: number): JudgedLines {
  if (code !== FAILED_CODE && !isEvent(code)) return skipped(parts, described(parts, code, line));
  const item = code === FAILED_CODE ? failedItem(parts.engine.failure) : itemOf(parts, code, line);
  const { verdict, severity, tier } = item.decision;
  const isPlainAllow = verdict === "allow" && severity === "info" && tier !== "Sae";
  const isWanted = !isPlainAllow || parts.lines === "all";
  return { items: isWanted ? [item] : [], counted: { ...ZERO, lines: 1, events: 1 } };
}

/** The parts of a damaged line; none if it is not damaged, or if the engine fails on it. */
function partsOf(engine: Engine, line: Uint8Array): LineParts {
  try {
    return engine.parts(line);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return NO_PARTS;
  }
}

function skipped({ lines }: StreamParts, line: SkippedLine): JudgedLines {
  return { items: lines === "all" ? [line] : [], counted: { ...ZERO, lines: 1, [line.skipped]: 1 } };
}

/** A line that is not an event and was judged last; without its texts if the engine fails on them. */
function described({ engine, lines }: StreamParts, code: number, line: Uint8Array): SkippedLine {
  if (lines !== "all") return skippedLine(code, "", "");
  try {
    const { tail } = engine.auditSummary();
    return skippedLine(code, engine.fault(line), tail);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return skippedLine(code, "", "");
  }
}

function itemOf({ engine, l1 }: StreamParts, code: number, line: Uint8Array): StreamItem {
  try {
    const { head, target, tail } = engine.auditSummary();
    const facts = engine.facts(line);
    if (facts === null) return failedItem("it has no facts of the event");
    const event = { ...facts, line: decodeUtf8(line) };
    const isForSae = engine.hasSae && event.kind === "LlmActivations";
    const shared = isForSae ? score(engine, event) : l1.of(code);
    if (isForSae || !hasTarget(code)) {
      return { ...itemWithout(shared), head, tail, event, bytes: line.length };
    }
    const decision = l1.withTarget(code, JSON.parse(target));
    const { targetFrom } = decision;
    return { ...itemWithout(decision), shared, target, targetFrom, head, tail, event, bytes: line.length };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const shared = l1.of(code);
    return shared.verdict === "block" ? itemWithout(withoutItsTarget(shared, error.reason)) : failedItem(error.reason);
  }
}

/**
 * The SAE tier's decision on the event judged last. An engine failure must not make the event pass
 * as harmless.
 */
function score(engine: Engine, event: JudgedEvent): Decision {
  try {
    return saeDecision(engine.scoreJudged(), event.evidence);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return unavailable("sae", error.message, event, () => MODEL_OUTPUT_RISK);
  }
}

function failedItem(why: string): StreamItem {
  return itemWithout(engineFailed(why));
}

/** An item of which nothing is known but the decision. */
function itemWithout(decision: Decision): StreamItem {
  return {
    decision,
    shared: decision,
    target: "",
    targetFrom: undefined,
    head: "",
    tail: "",
    event: null,
    sameLine: false,
    bytes: 0,
  };
}
