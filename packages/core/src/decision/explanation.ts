// An explanation: why an event was judged as it was.

import type { RuleTrace as CoreRuleTrace, TextSpan, Trace } from "../generated/wire.js";
import type { Decision, EventKind } from "./decision.js";

/**
 * One rule for the event's kind. `outcome` is `"decided"`, `"shadowed"` (it matches, but an earlier
 * rule decided) or `"no-match"`; `why` says it in words.
 */
export interface RuleTrace extends Readonly<Omit<CoreRuleTrace, "rule" | "span">> {
  /** What the pattern matched, in UTF-16 units of the subject; absent if it did not match. */
  readonly span?: Readonly<TextSpan>;
}

/** The judgement of one event, rule by rule. */
export interface Explanation {
  /** L1's decision, as `classify` returns it. */
  readonly decision: Decision;
  readonly kind: EventKind;
  /** The text that rules match. */
  readonly subject: string;
  /** The deciding rule; absent if no rule decided. */
  readonly rule?: string;
  /** The part of the subject that the deciding rule matched, in UTF-16 units. */
  readonly span?: Readonly<TextSpan>;
  /** That part as text. */
  readonly matched?: string;
  /**
   * The decision of the policy's SAE tier, with its score: only for `LlmActivations` events, and if
   * the policy has the tier.
   */
  readonly sae?: Decision;
  /** Every rule for events of this kind, in order. */
  readonly rules: readonly RuleTrace[];
}

export function explanation(trace: Trace, decision: Decision, sae?: Decision): Explanation {
  const { kind, subject, span, rules } = trace;
  return {
    decision,
    kind,
    subject,
    ...(decision.rule === undefined ? {} : { rule: decision.rule }),
    ...(span === null ? {} : { span, matched: subject.slice(span.start, span.end) }),
    ...(sae === undefined ? {} : { sae }),
    rules: rules.map(({ rule: _, span: at, ...rest }) => (at === null ? rest : { ...rest, span: at })),
  };
}
