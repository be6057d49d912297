// L1's decisions, ready made: one frozen decision for each rule, kind and completeness of the evidence.

import { isPartial, kindIndexOf, kindOf, ruleOf } from "../engine/judgment-code.js";
import type { Risk } from "../generated/wire.js";
import type { Rule } from "../policy/policy.js";
import type { Decision, Evidence } from "./decision.js";

/** The risk of what fits nothing more telling. */
export const OTHER_RISK: Readonly<Risk> = Object.freeze({ category: "other", name: "Other risk", riskType: "atomic" });

/** Turns the codes of a policy's engine into decisions. */
export class L1Decisions {
  readonly #rules: readonly Rule[];
  readonly #made: Decision[] = [];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** The decision of an event's code, without a target. */
  of(code: number): Decision {
    const rules = this.#rules.length + 1;
    const index = (kindIndexOf(code) * rules + ruleOf(code) + 1) * 2 + (isPartial(code) ? 1 : 0);
    const decision = this.#made[index] ?? this.#make(code);
    this.#made[index] = decision;
    return decision;
  }

  /** The decision of an event's code, with what its rule denies. */
  withTarget(code: number, target: string | null): Decision {
    const kind = this.#rules[ruleOf(code)]?.action;
    const decision = this.of(code);
    if (target === null || kind === undefined || kind === null) return decision;
    return Object.freeze({ ...decision, action: Object.freeze({ kind, target }) });
  }

  #make(code: number): Decision {
    const evidence = isPartial(code) ? "partial" : "complete";
    const index = ruleOf(code);
    if (index < 0) {
      return Object.freeze({ verdict: "allow", tier: "Rules", severity: "info", reason: "no rule matched", evidence });
    }
    const rule = this.#rules[index];
    if (rule === undefined) return failed(`no rule ${index} in the policy`);
    const kind = kindOf(code);
    const risk = kind === undefined ? undefined : rule.risks[kind];
    return Object.freeze({
      verdict: rule.verdict,
      tier: "Rules",
      severity: rule.severity,
      reason: rule.reason,
      ...(risk === undefined ? {} : { risk: Object.freeze({ ...risk }) }),
      rule: rule.name,
      evidence,
    });
  }
}

/** L1's decisions where a tier of the caller's judges a model's activations: of these, L1 only says that. */
export class L1BesideSae extends L1Decisions {
  override of(code: number): Decision {
    return kindOf(code) === "LlmActivations" ? FOR_SAE[isPartial(code) ? "partial" : "complete"] : super.of(code);
  }
}

/** What L1 says of an event that the SAE tier judges in its place, by the event's evidence. */
export const FOR_SAE: Readonly<Record<Evidence, Decision>> = {
  complete: forSae("complete"),
  partial: forSae("partial"),
};

function forSae(evidence: Evidence): Decision {
  const reason = "model activations are for the SAE tier to judge";
  return Object.freeze({ verdict: "escalate", tier: "Rules", severity: "info", reason, risk: OTHER_RISK, evidence });
}

/** The decision on an event that the rule engine failed on: the event went unjudged, and must not pass for harmless. */
export function failed(what: string): Decision {
  return Object.freeze({
    verdict: "escalate",
    tier: "Rules",
    severity: "high",
    reason: `rule engine failed: ${what}; the event was not judged`,
    risk: OTHER_RISK,
    evidence: "complete",
  });
}
