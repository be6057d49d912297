// Asking a tier: what it decides, or why it does not. Nothing that it does gets past this as an allow by accident.

import type { Decision, Tier } from "../decision/decision.js";
import { MODEL_OUTPUT_RISK } from "../sae/sae.js";
import { orAborted } from "./abort.js";
import { type InferRisk, readAnswer } from "./read-answer.js";
import type { Judge, JudgedEvent, Tiers } from "./tier.js";

/** A tier's slot in the pipeline, which says what its decisions are called. */
export type TierSlot = keyof Tiers;

const NAMES: Readonly<Record<TierSlot, { readonly tier: Tier; readonly name: string }>> = {
  l2: { tier: "Llm", name: "L2" },
  l3: { tier: "Agent", name: "L3" },
  sae: { tier: "Sae", name: "SAE" },
};

/** The most of a failure's words that is kept, in UTF-16 units. */
const MAX_WHY = 500;

/** What came of asking. */
export type Outcome = { readonly decision: Decision } | { readonly failed: string };

/** A judgment that has begun. */
export interface Asked {
  /** Rejects only with the signal's reason, as soon as that aborts. */
  readonly outcome: Promise<Outcome>;
  /** Resolves when the tier has settled its promise, however: that may be long after an abort, or never. */
  readonly gone: Promise<void>;
}

export function ask(
  slot: TierSlot,
  judge: Judge,
  event: JudgedEvent,
  signal: AbortSignal,
  inferRisk: InferRisk,
): Asked {
  const work = new Promise<unknown>((resolve) => {
    signal.throwIfAborted();
    resolve(judge.judge(event, { signal }));
  });
  const settled = (): void => {};
  return {
    outcome: outcomeOf(slot, work, event, signal, riskAt(slot, inferRisk)),
    gone: work.then(settled, settled),
  };
}

async function outcomeOf(
  slot: TierSlot,
  work: Promise<unknown>,
  event: JudgedEvent,
  signal: AbortSignal,
  inferRisk: InferRisk,
): Promise<Outcome> {
  try {
    const decision = readAnswer(await orAborted(work, signal), NAMES[slot].tier, event, inferRisk);
    return decision === undefined ? { failed: "its answer is no decision" } : { decision };
  } catch (error) {
    signal.throwIfAborted();
    return { failed: wordsOf(error) };
  }
}

/** The escalation of L2 or of the SAE tier, where that failed. */
export function unavailable(slot: TierSlot, why: string, event: JudgedEvent, inferRisk: InferRisk): Decision {
  return escalation(slot, `${NAMES[slot].name} unavailable: ${why}`, event, inferRisk);
}

/** An escalation of a tier that could not judge. */
export function escalation(slot: TierSlot, reason: string, event: JudgedEvent, inferRisk: InferRisk): Decision {
  const { tier } = NAMES[slot];
  const risk = riskAt(slot, inferRisk)(reason, event.kind);
  return Object.freeze({ verdict: "escalate", tier, severity: "medium", reason, risk, evidence: event.evidence });
}

/** Whatever the SAE tier says, it is about what a model puts out. */
function riskAt(slot: TierSlot, inferRisk: InferRisk): InferRisk {
  return slot === "sae" ? () => MODEL_OUTPUT_RISK : inferRisk;
}

/** What was thrown, which may be anything, even what has no text. */
function wordsOf(error: unknown): string {
  try {
    const words = `${error instanceof Error ? error.message : error}`;
    return words.length > MAX_WHY ? `${words.slice(0, MAX_WHY)} …` : words;
  } catch {
    return "it threw what cannot be shown";
  }
}
