// What a judgment says: the decision and the words that it is made of.

import type { ActionKind, EventKind, Evidence, Risk, Severity, Verdict } from "../generated/wire.js";
import type { SaeScore } from "../sae/sae.js";

export type { ActionKind, EventKind, Evidence, Risk, Severity, Verdict };

const VERDICTS: readonly unknown[] = ["allow", "block", "escalate"] satisfies Verdict[];

/** Least first. */
const SEVERITIES: readonly unknown[] = ["info", "low", "medium", "high", "critical"] satisfies Severity[];

export function isVerdict(word: unknown): word is Verdict {
  return VERDICTS.includes(word);
}

export function isSeverity(word: unknown): word is Severity {
  return SEVERITIES.includes(word);
}

/** Whether `severity` matters at least as much as `other`. */
export function isAtLeast(severity: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(other);
}

/** Who decided: `"Rules"` is L1, `"Llm"` L2, `"Agent"` L3, `"Sae"` the model-output tier. */
export type Tier = "Rules" | "Llm" | "Agent" | "Sae";

/**
 * What a block asks the kernel guards to deny.
 *
 * `target` is an address or host (`DenyEgress`), or a path as the event gave it (`DenyFile`, `DenyExec`).
 */
export interface Action {
  readonly kind: ActionKind;
  readonly target: string;
}

/**
 * One judgment of one event.
 *
 * Decisions are frozen, and equal decisions may be one shared object: compare fields, keep no state on them.
 * A field that does not apply is absent, never `undefined` or `null`.
 */
export interface Decision {
  readonly verdict: Verdict;
  readonly tier: Tier;
  /** `"info"` < `"low"` < `"medium"` < `"high"` < `"critical"`. */
  readonly severity: Severity;
  /** Text for people; a rule's is `"<rule>: <reason>"`. */
  readonly reason: string;
  /** Present where there is something to deny. */
  readonly action?: Action;
  /** Present on every decision but a plain allow. */
  readonly risk?: Readonly<Risk>;
  /** How the SAE tier came to its decision; other tiers give none. */
  readonly explain?: SaeScore;
  /** Name of the rule that decided; absent where none did. */
  readonly rule?: string;
  /** `"partial"` where the collector cut the event, so that the cut-off part went unjudged. */
  readonly evidence: Evidence;
  /** `"unresolved-escalation"` where no tier settled an escalation and the fail mode decided. */
  readonly resolution?: "unresolved-escalation";
}
