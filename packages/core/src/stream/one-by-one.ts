// Judging the lines of a chunk one at a time: the way round a line that the rule engine fails on.

import type { Decision } from "../decision/decision.js";
import { failed } from "../decision/l1-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { FAILED_CODE, hasTarget, isEvent, isUnmodelled } from "../engine/judgment-code.js";
import { MAX_LINE_BYTES } from "../engine/rows.js";
import { utf8Text } from "../events/input.js";
import { unavailable } from "../pipeline/ask-tier.js";
import type { JudgedEvent } from "../pipeline/tier.js";
import { MODEL_OUTPUT_RISK, saeDecision } from "../sae/sae.js";
import { NOTHING, plus, type StreamCounters } from "./counters.js";
import type { StreamItem } from "./item.js";
import type { StreamParts } from "./stream.js";

const NEWLINE = 10;

export interface Judged {
  readonly items: StreamItem[];
  readonly counted: StreamCounters;
}

/** Judges all lines of `text` that have an end. */
export function judgeLines(parts: StreamParts, text: Uint8Array): Judged {
  const items: StreamItem[] = [];
  let counted = NOTHING;
  let start = 0;
  for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
    const judged = judgeLine(parts, text.subarray(start, end));
    items.push(...judged.items);
    counted = plus(counted, judged.counted);
    start = end + 1;
  }
  return { items, counted };
}

/** Judges one line. One that the engine fails on counts as an event: it must not go unseen. */
export function judgeLine(parts: StreamParts, line: Uint8Array): Judged {
  if (line.length > MAX_LINE_BYTES) return { items: [], counted: { ...NOTHING, lines: 1, oversized: 1 } };
  const { engine } = parts;
  const code = engine.judge(line);
  if (code !== FAILED_CODE && !isEvent(code)) {
    const why = isUnmodelled(code) ? "unmodelled" : "malformed";
    return { items: [], counted: { ...NOTHING, lines: 1, [why]: 1 } };
  }
  const item = code === FAILED_CODE ? failedItem(engine.failure) : itemOf(parts, code, line);
  const { verdict, severity, tier } = item.decision;
  const plain = verdict === "allow" && severity === "info" && tier !== "Sae";
  return { items: plain ? [] : [item], counted: { ...NOTHING, lines: 1, events: 1 } };
}

function itemOf({ engine, l1 }: StreamParts, code: number, line: Uint8Array): StreamItem {
  try {
    const event = { ...engine.facts(), line: utf8Text(line) };
    const { head, target } = engine.auditSummary();
    const ofSae = engine.hasSae && event.kind === "LlmActivations";
    const shared = ofSae ? scored(engine, event, line) : l1.of(code);
    if (ofSae || !hasTarget(code)) return { decision: shared, shared, target: "", head, event };
    return { decision: l1.withTarget(code, event.target), shared, target, head, event };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return failedItem(error.what);
  }
}

/** A score that the engine fails on must not pass for harmless. */
function scored(engine: Engine, event: JudgedEvent, line: Uint8Array): Decision {
  try {
    return saeDecision(engine.score(line), event.evidence);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return unavailable("sae", error.message, event, () => MODEL_OUTPUT_RISK);
  }
}

function failedItem(what: string): StreamItem {
  const decision = failed(what);
  return { decision, shared: decision, target: "", head: "", event: null };
}
