// L1's decisions, cached: one frozen decision for each rule (or none), kind of event and evidence.

import { isPartial, kindIndexOf, kindOf, ruleOf, targetFrom } from "../engine/judgement-code.js";
import type { EventKind, Risk } from "../generated/wire.js";
import type { Policy, PolicyDefault, Rule } from "../policy/policy.js";
import type { Decision, Evidence } from "./decision.js";

/** The risk of a decision that fits no class of risk. */
export const OTHER_RISK: Readonly<Risk> = Object.freeze({ category: "other", name: "Other risk", riskType: "atomic" });

/** Turns the codes of a policy's engine into decisions. */
export class L1Decisions {
  readonly #rules: readonly Rule[];
  readonly #default: PolicyDefault;
  readonly #cache: Decision[] = [];

  constructor(policy: Pick<Policy, "rules" | "default">) {
    this.#rules = policy.rules;
    this.#default = policy.default;
  }

  /** The decision for an event's code, without a target. */
  of(code: number): Decision {
    const rules = this.#rules.length + 1;
    const index = (kindIndexOf(code) * rules + ruleOf(code) + 1) * 2 + (isPartial(code) ? 1 : 0);
    const decision = this.#cache[index] ?? this.#make(code);
    this.#cache[index] = decision;
    return decision;
  }

  /** The decision for an event's code, with `target` as its action's target. */
  withTarget(code: number, target: string | null): Decision {
    const kind = this.#rules[ruleOf(code)]?.action;
    const decision = this.of(code);
    if (target === null || kind === undefined || kind === null) return decision;
    const from = targetFrom(code);
    const action = Object.freeze({ kind, target });
    return Object.freeze({ ...decision, action, ...(from === undefined ? {} : { targetFrom: from }) });
  }

  #make(code: number): Decision {
    const evidence = isPartial(code) ? "partial" : "complete";
    const index = ruleOf(code);
    const kind = kindOf(code);
    if (index < 0) return Object.freeze({ ...l1Decision(this.#default, kind), evidence });
    const rule = this.#rules[index];
    if (rule === undefined) return engineFailed(`no rule ${index} in the policy`);
    return Object.freeze({ ...l1Decision(rule, kind), rule: rule.name, evidence });
  }
}

function l1Decision(
  { verdict, severity, reason, risks }: Rule | PolicyDefault,
  kind: EventKind | undefined,
): Omit<Decision, "evidence"> {
  const risk = kind === undefined ? undefined : risks[kind];
  const shown = risk === undefined ? {} : { risk: Object.freeze({ ...risk }) };
  return { verdict, tier: "Rules", severity, reason, ...shown };
}

/**
 * L1's decisions where a caller's tier judges `LlmActivations` events: L1 escalates all of them.
 */
export class L1WithoutActivations extends L1Decisions {
  override of(code: number): Decision {
    return kindOf(code) === "LlmActivations" ? LEFT_TO_SAE[isPartial(code) ? "partial" : "complete"] : super.of(code);
  }
}

/** L1's decision on an event that the SAE tier judges in its place, by the event's evidence. */
export const LEFT_TO_SAE: Readonly<Record<Evidence, Decision>> = {
  complete: leftToSae("complete"),
  partial: leftToSae("partial"),
};

function leftToSae(evidence: Evidence): Decision {
  const reason = "model activations are for the SAE tier to judge";
  return Object.freeze({ verdict: "escalate", tier: "Rules", severity: "info", reason, risk: OTHER_RISK, evidence });
}

/** A decision whose target was lost when the rule engine failed: it denies nothing. */
export function withoutItsTarget(decision: Decision, why: string): Decision {
  const reason = `${decision.reason} [nothing is denied: the rule engine failed on the target: ${why}]`;
  return Object.freeze({ ...decision, reason });
}

/**
 * The decision on a line that is too long for a stream. Nobody knows what it contains, so it must
 * not pass as harmless.
 */
export const OVERSIZED_EVENT: Decision = Object.freeze({
  verdict: "escalate",
  tier: "Rules",
  severity: "high",
  reason: "oversized event",
  risk: OTHER_RISK,
  evidence: "partial",
});

/**
 * The decision on an event that the rule engine failed on. The event was not judged, so it must not
 * pass as harmless.
 */
export function engineFailed(why: string): Decision {
  return Object.freeze({
    verdict: "escalate",
    tier: "Rules",
    severity: "high",
    reason: `rule engine failed: ${why}; the event was not judged`,
    risk: OTHER_RISK,
    evidence: "complete",
  });
}
