// The inline gate: bodies of calls to models and tools are judged, and their secrets masked.

import type { Decision, FinalDecision } from "../decision/decision.js";
import { OTHER_RISK } from "../decision/l1-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import type { Finds } from "../engine/finds.js";
import { type EventOptions, sslContent } from "../events/builders.js";
import type { EventJson } from "../events/event.js";
import { JsonText } from "../events/json-text.js";
import { createRedactor, type Redactor } from "./redactor.js";
import type { ScanText } from "./scanner.js";
import {
  failedInspection,
  findsIn,
  inspection,
  knownTo,
  maskedBy,
  type WireDirection,
  type WireInspection,
} from "./wire-inspection.js";

/** Who sends or receives the body, and how long to wait. */
export interface InspectOptions extends Pick<EventOptions, "agent" | "provider"> {
  /** The process that sends or receives the body. Default 0. */
  readonly pid?: number;
  /**
   * The inspection of a body before this one, such as the last turn of a conversation. Its secrets,
   * and those that it knew of earlier bodies, are masked wherever this body has them: the latest
   * 10,000 of at most 256 UTF-16 units. They are kept as long as there is an inspection that knows
   * them.
   */
  readonly earlier?: WireInspection;
  /** Aborts the judgement: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What the gate needs of a sentry. */
export interface GateParts {
  readonly engine: Engine;
  readonly scan: ScanText;
  readonly evaluate: (
    event: EventJson,
    signal: AbortSignal | undefined,
  ) => FinalDecision | null | Promise<FinalDecision>;
  readonly failMode: (escalation: Decision) => FinalDecision;
}

export class Gate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  async inspectWire(content: string, direction: WireDirection, options: InspectOptions): Promise<WireInspection> {
    const event = eventOf(content, direction, options);
    const { earlier } = options;
    if (earlier !== undefined) knownTo(earlier);
    let finds: Finds;
    try {
      finds = findsIn(content, this.#parts.scan);
    } catch (error) {
      if (error instanceof EngineFailure) return failedInspection(notSearched(error.reason), earlier);
      throw error;
    }
    const decision = event === undefined ? null : await this.#parts.evaluate(event, options.signal);
    return inspection(content, decision ?? this.#parts.failMode(TOO_LARGE), finds, earlier);
  }

  hasSecrets(text: string | JsonText): boolean {
    if (typeof text === "string") return findsIn(text, this.#parts.scan).count > 0;
    if (!JsonText.is(text)) throw new TypeError("`text` must be a string or a JsonText");
    return this.#parts.engine.scan(text, { from: 0, isLast: true, placeholders: false }).finds.count > 0;
  }

  mask(text: string): string {
    if (typeof text !== "string") throw new TypeError("`text` must be a string");
    return maskedBy(text, findsIn(text, this.#parts.scan));
  }

  createRedactor(): Redactor {
    return createRedactor(this.#parts.scan);
  }

  /**
   * The text without its secrets, or a note if the search failed: it must not fail the caller's
   * log.
   */
  withoutSecrets(text: string): string {
    if (typeof text !== "string") throw new TypeError("`text` must be a string");
    try {
      return this.#parts.engine.masked(text);
    } catch {
      return "(not shown: the search for secrets failed)";
    }
  }
}

/** The body as an event; `undefined` if that would have more than 16 MiB. */
function eventOf(
  content: string,
  direction: WireDirection,
  { pid = 0, signal: _, earlier: __, ...actor }: InspectOptions,
): EventJson | undefined {
  if (typeof content !== "string") throw new TypeError("`content` must be a string");
  if (direction !== "request" && direction !== "response") {
    throw new TypeError('`direction` must be "request" or "response"');
  }
  try {
    return sslContent(pid, content, direction === "response", actor);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const TOO_LARGE: Decision = Object.freeze({
  verdict: "escalate",
  tier: "Rules",
  severity: "high",
  reason: "the content was not judged: its event would have more than 16 MiB",
  risk: OTHER_RISK,
  evidence: "complete",
});

function notSearched(why: string): FinalDecision {
  return Object.freeze({
    verdict: "block",
    tier: "Rules",
    severity: "high",
    reason: `rule engine failed: ${why}; the content was not searched for secrets`,
    risk: OTHER_RISK,
    evidence: "complete",
  });
}
