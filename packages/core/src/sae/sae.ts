// The built-in SAE tier: the engine scores a model's activations by the dictionary that the policy names.

import type { Decision, Evidence } from "../decision/decision.js";
import type { Engine } from "../engine/engine.js";
import type { Risk, Sae, SaeDecision, SaeDriver, SaeScore as Score } from "../generated/wire.js";
import type { Judge } from "../pipeline/tier.js";
import { fromWire } from "../policy/diagnostic.js";
import type { KnownFiles } from "../policy/files.js";
import { PolicyError } from "../policy/policy-error.js";

/**
 * How harmful a model's answer looks from inside.
 *
 * All numbers but activations are from 0 to 1, rounded to six decimals. `harmful` is the score of the worst category, `safety`
 * what is left to 1; `categories` holds those that are not 0, `drivers` the six largest contributions, both the largest first.
 */
export interface SaeScore extends Readonly<Omit<Score, "categories" | "drivers">> {
  readonly categories: Readonly<Record<string, number>>;
  readonly drivers: readonly Readonly<SaeDriver>[];
}

/** The risk of what the tier does not allow. */
export const MODEL_OUTPUT_RISK: Readonly<Risk> = Object.freeze({
  category: "model_output_risk",
  name: "Risky model-output concepts",
  riskType: "communication",
});

/** Gives the engine the dictionary that `sae` names. Throws a `PolicyError` for one that cannot be read or used. */
export function attachDictionary(engine: Engine, sae: Readonly<Sae>, files: KnownFiles): void {
  const text = files.read("sae.dict", sae.dict);
  const { diagnostics } = engine.attachSae({ ...sae, text });
  if (diagnostics.length > 0) throw new PolicyError(sae.dict, diagnostics.map(fromWire));
}

/** The tier as the pipeline asks it, for an engine that has a dictionary. */
export function saeTier(engine: Engine): Judge {
  return {
    tier: "Sae",
    judge: async ({ line, evidence }) => saeDecision(engine.score(line), evidence),
  };
}

/** What the engine says of an event's activations, as a decision. */
export function saeDecision({ explain, ...said }: SaeDecision, evidence: Evidence): Decision {
  return Object.freeze({
    verdict: said.verdict,
    tier: "Sae",
    severity: said.severity,
    reason: said.reason,
    ...(said.verdict === "allow" ? {} : { risk: MODEL_OUTPUT_RISK }),
    explain: frozen(explain),
    evidence,
  });
}

/** Whether a caller's own tier explains itself by a score. */
export function isScore(explain: unknown): explain is SaeScore {
  if (typeof explain !== "object" || explain === null) return false;
  const { harmful, safety, categories, drivers }: { [Field in keyof SaeScore]?: unknown } = explain;
  const numbers = [harmful, safety].every((number) => typeof number === "number" && number >= 0 && number <= 1);
  return numbers && typeof categories === "object" && categories !== null && Array.isArray(drivers);
}

function frozen(score: Score): SaeScore {
  for (const driver of score.drivers) Object.freeze(driver);
  Object.freeze(score.drivers);
  Object.freeze(score.categories);
  return Object.freeze(score);
}
