// The built-in SAE tier: the engine scores a model's activations by the policy's dictionary.

import type { Decision, Evidence } from "../decision/decision.js";
import type { Engine } from "../engine/engine.js";
import type { Risk, Sae, SaeDecision } from "../generated/wire.js";
import type { Judge } from "../pipeline/tier.js";
import { fromWire } from "../policy/diagnostic.js";
import type { PolicyFiles } from "../policy/files.js";
import { PolicyError } from "../policy/policy-error.js";
import { freezeScore } from "./score.js";

/** The risk of every decision of the tier that is not an allow. */
export const MODEL_OUTPUT_RISK: Readonly<Risk> = Object.freeze({
  category: "model_output_risk",
  name: "Risky model-output concepts",
  riskType: "communication",
});

/**
 * Attaches the dictionary that `sae` names. Throws a `PolicyError` if it cannot be read or used.
 */
export function attachDictionary(engine: Engine, sae: Readonly<Sae>, files: PolicyFiles): void {
  const text = files.read("sae.dict", sae.dict);
  const { diagnostics } = engine.attachSae({ ...sae, text });
  if (diagnostics.length > 0) throw new PolicyError(sae.dict, diagnostics.map(fromWire));
}

/** The tier for the pipeline. The engine must have a dictionary. */
export function saeTier(engine: Engine): Judge {
  return {
    tier: "Sae",
    judge: async ({ line, evidence }) => saeDecision(engine.score(line), evidence),
  };
}

/** The engine's score of an event as a decision. */
export function saeDecision({ explain, ...scored }: SaeDecision, evidence: Evidence): Decision {
  return Object.freeze({
    verdict: scored.verdict,
    tier: "Sae",
    severity: scored.severity,
    reason: scored.reason,
    ...(scored.verdict === "allow" ? {} : { risk: MODEL_OUTPUT_RISK }),
    explain: freezeScore(explain),
    evidence,
  });
}
