// Checking a tier's answer, which comes from a caller's code or from a model.

import { type Action, type Decision, isSeverity, isVerdict, type TargetFrom, type Tier } from "../decision/decision.js";
import type { EventKind, Risk } from "../generated/wire.js";
import { isScore } from "../sae/score.js";
import { truncateUtf8 } from "../util/text.js";
import type { JudgedEvent } from "./tier.js";

/** The most UTF-8 bytes of a reason that are kept: a model may write a reason of any length. */
const MAX_REASON_BYTES = 2000;

const ACTIONS: readonly unknown[] = ["DenyEgress", "DenyFile", "DenyExec"] satisfies Action["kind"][];

export type InferRisk = (reason: string, kind: EventKind) => Readonly<Risk>;

/**
 * A tier's answer as a complete decision of that tier; `undefined` if it is invalid. An unknown
 * severity becomes medium.
 */
export function readAnswer(
  answer: unknown,
  tier: Tier,
  event: JudgedEvent,
  inferRisk: InferRisk,
): Decision | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { verdict, severity, reason, action, risk, explain }: { [Field in keyof Decision]?: unknown } = answer;
  if (!isVerdict(verdict) || typeof reason !== "string") return undefined;
  const denied = action === undefined ? undefined : readAction(action);
  if (denied === undefined && action !== undefined) return undefined;
  const text = truncateUtf8(reason, MAX_REASON_BYTES);
  return Object.freeze({
    verdict,
    tier,
    severity: isSeverity(severity) ? severity : "medium",
    reason: text,
    // An escalation keeps its action for the fail mode; an allow denies nothing.
    ...(denied === undefined || verdict === "allow" ? {} : { action: denied, targetFrom: targetFromOf(denied, event) }),
    ...(verdict === "allow" ? {} : { risk: readRisk(risk) ?? inferRisk(text, event.kind) }),
    ...(tier === "Sae" && isScore(explain) ? { explain } : {}),
    evidence: event.evidence,
  });
}

/** A tier may name any program: only the one that the collector observed is known to have run. */
function targetFromOf({ kind, target }: Action, event: JudgedEvent): TargetFrom {
  if (kind !== "DenyExec") return "observed";
  return event.targetFrom === "observed" && target === event.target ? "observed" : "argv";
}

function readAction(action: unknown): Action | undefined {
  if (typeof action !== "object" || action === null) return undefined;
  const { kind, target }: { kind?: unknown; target?: unknown } = action;
  if (!isActionKind(kind) || typeof target !== "string") return undefined;
  return Object.freeze({ kind, target });
}

function isActionKind(kind: unknown): kind is Action["kind"] {
  return ACTIONS.includes(kind);
}

function readRisk(risk: unknown): Readonly<Risk> | undefined {
  if (typeof risk !== "object" || risk === null) return undefined;
  const { category, name, riskType }: { [Field in keyof Risk]?: unknown } = risk;
  if (typeof category !== "string" || typeof name !== "string" || typeof riskType !== "string") return undefined;
  return Object.freeze({ category, name, riskType });
}
