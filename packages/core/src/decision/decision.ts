// A decision and its parts.

import type { ActionKind, EventKind, Evidence, Risk, Severity, TargetFrom, Verdict } from "../generated/wire.js";
import type { SaeScore } from "../sae/score.js";

export type { ActionKind, EventKind, Evidence, Risk, Severity, TargetFrom, Verdict };

const VERDICTS: readonly unknown[] = ["allow", "block", "escalate"] satisfies Verdict[];

/** Lowest first. */
const SEVERITIES: readonly unknown[] = ["info", "low", "medium", "high", "critical"] satisfies Severity[];

export function isVerdict(word: unknown): word is Verdict {
  return VERDICTS.includes(word);
}

export function isSeverity(word: unknown): word is Severity {
  return SEVERITIES.includes(word);
}

/** Whether `severity` is `other` or higher. */
export function isAtLeast(severity: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(other);
}

/**
 * The tier that decided: `"Rules"` is L1, `"Llm"` L2, `"Agent"` L3, `"Sae"` the tier for model
 * activations.
 */
export type Tier = "Rules" | "Llm" | "Agent" | "Sae";

/**
 * What the kernel guards shall deny after a block.
 *
 * `target` is an address or host name (`DenyEgress`), or a path as the event has it (`DenyFile`,
 * `DenyExec`).
 */
export interface Action {
  readonly kind: ActionKind;
  readonly target: string;
}

/**
 * The judgement of one event.
 *
 * Decisions are frozen, and several events may share one object: compare fields, and keep no state
 * by object. A field that does not apply is absent, never `undefined` or `null`.
 *
 * @example
 * const decision = sentry.classify(egress(1234, "169.254.169.254", 80));
 * `${decision.verdict} (${decision.severity}): ${decision.reason}`;
 */
export interface Decision {
  readonly verdict: Verdict;
  readonly tier: Tier;
  /** `"info"` < `"low"` < `"medium"` < `"high"` < `"critical"`. */
  readonly severity: Severity;
  /** Text for people; a rule gives `"<rule>: <reason>"`. */
  readonly reason: string;
  /** Present if there is a target to deny. */
  readonly action?: Action;
  /**
   * How the target of `action` is known, if no site rule asked for its denial: the collector
   * observed it, or only the event's arguments name it, which a process chooses freely. Absent if a
   * site rule has this action. Deny-files hold what a site rule asks for, and otherwise only what
   * was observed and is no everyday program or file.
   */
  readonly targetFrom?: TargetFrom;
  /** Present on every decision but a plain allow. */
  readonly risk?: Readonly<Risk>;
  /** The SAE tier's score; absent from other tiers. */
  readonly explain?: SaeScore;
  /** The deciding rule; absent if no rule decided. */
  readonly rule?: string;
  /** `"partial"` if the collector cut the event: the missing part was not judged. */
  readonly evidence: Evidence;
  /** `"unresolved-escalation"` if no tier resolved an escalation and the fail mode decided. */
  readonly resolution?: "unresolved-escalation";
}

/** The part of a decision that says what to deny. */
export type Denial = Pick<Decision, "action" | "targetFrom">;

/** What a decision says to deny, without its other fields. */
export function denialOf({ action, targetFrom }: Denial): Denial {
  if (action === undefined) return {};
  return targetFrom === undefined ? { action } : { action, targetFrom };
}

/** A decision that is not an escalation: its event is allowed or blocked. */
export interface FinalDecision extends Decision {
  readonly verdict: Exclude<Verdict, "escalate">;
}

export function isFinal(decision: Decision): decision is FinalDecision {
  return decision.verdict !== "escalate";
}
