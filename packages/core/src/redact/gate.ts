// One body through the gate: judged as an event, and looked through for secrets.

import type { Decision } from "../decision/decision.js";
import { OTHER_RISK } from "../decision/l1-decisions.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { type EventJson, type EventOptions, sslContent } from "../events/builders.js";
import type { ScanText } from "./scanner.js";
import {
  failedInspection,
  inspection,
  redactionsOf,
  type WireDirection,
  type WireInspection,
} from "./wire-inspection.js";

/** Whose body it is, and how long to wait. */
export interface InspectOptions extends Pick<EventOptions, "agent" | "provider"> {
  /** The process that sends or receives it. Default 0. */
  readonly pid?: number;
  /** Ends the wait, and the work of the tiers: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Gate {
  readonly scan: ScanText;
  readonly evaluate: (event: EventJson, options: { readonly signal?: AbortSignal }) => Promise<Decision | null>;
  readonly failMode: (escalation: Decision) => Decision;
}

export async function inspect(
  content: string,
  direction: WireDirection,
  { pid = 0, signal, ...actor }: InspectOptions,
  gate: Gate,
): Promise<WireInspection> {
  if (typeof content !== "string") throw new TypeError("`content` must be of type string");
  if (direction !== "request" && direction !== "response") {
    throw new TypeError('`direction` must be "request" or "response"');
  }
  let event: EventJson | undefined;
  try {
    event = sslContent(pid, content, direction === "response", actor);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  let redactions: ReturnType<typeof redactionsOf>;
  try {
    redactions = redactionsOf(content, gate.scan);
  } catch (error) {
    if (error instanceof EngineFailure) return failedInspection(notLookedThrough(error.what));
    throw error;
  }
  const decision = event === undefined ? null : await gate.evaluate(event, signal ? { signal } : {});
  return inspection(content, decision ?? gate.failMode(NOT_JUDGED), redactions);
}

/** There is no event of this size. */
const NOT_JUDGED: Decision = Object.freeze({
  verdict: "escalate",
  tier: "Rules",
  severity: "high",
  reason: "a content that makes an event of more than 16 MiB was not judged",
  risk: OTHER_RISK,
  evidence: "complete",
});

function notLookedThrough(what: string): Decision {
  return Object.freeze({
    verdict: "block",
    tier: "Rules",
    severity: "high",
    reason: `rule engine failed: ${what}; the content was not looked through for secrets`,
    risk: OTHER_RISK,
    evidence: "complete",
  });
}
