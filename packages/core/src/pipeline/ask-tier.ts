// Asking a tier for its decision. A failing tier never results in an allow.

import type { Decision, Tier } from "../decision/decision.js";
import { MODEL_OUTPUT_RISK } from "../sae/tier.js";
import { messageOf } from "../util/error.js";
import { orAborted } from "./abort.js";
import { type InferRisk, readAnswer } from "./read-answer.js";
import type { Judge, JudgedEvent, Tiers } from "./tier.js";

/** A tier's key in {@link Tiers}, which determines the tier of its decisions. */
export type TierKey = keyof Tiers;

const NAMES: Readonly<Record<TierKey, { readonly tier: Tier; readonly name: string }>> = {
  l2: { tier: "Llm", name: "L2" },
  l3: { tier: "Agent", name: "L3" },
  sae: { tier: "Sae", name: "SAE" },
};

/** The most UTF-16 units of an error's message that are kept. */
const MAX_MESSAGE = 500;

/** A tier's decision, or why it failed. */
export type TierOutcome = { readonly decision: Decision } | { readonly failed: string };

/** A running call to a tier. */
export interface TierCall {
  /** Rejects only when the signal aborts, at once and with its reason. */
  readonly outcome: Promise<TierOutcome>;
  /**
   * Resolves when the tier's own promise has resolved or rejected: long after an abort, or never.
   */
  readonly finished: Promise<void>;
}

export function askTier(
  key: TierKey,
  judge: Judge,
  event: JudgedEvent,
  signal: AbortSignal,
  inferRisk: InferRisk,
): TierCall {
  const work = new Promise<unknown>((resolve) => {
    signal.throwIfAborted();
    resolve(judge.judge(event, { signal }));
  });
  const done = (): void => {};
  return {
    outcome: outcomeOf(key, work, event, signal, inferRiskFor(key, inferRisk)),
    finished: work.then(done, done),
  };
}

async function outcomeOf(
  key: TierKey,
  work: Promise<unknown>,
  event: JudgedEvent,
  signal: AbortSignal,
  inferRisk: InferRisk,
): Promise<TierOutcome> {
  try {
    const decision = readAnswer(await orAborted(work, signal), NAMES[key].tier, event, inferRisk);
    return decision === undefined ? { failed: "its answer is not a valid decision" } : { decision };
  } catch (error) {
    signal.throwIfAborted();
    return { failed: shownMessage(error) };
  }
}

/** The escalation of L2 or the SAE tier after a failure. */
export function unavailable(key: TierKey, why: string, event: JudgedEvent, inferRisk: InferRisk): Decision {
  return escalation(key, `${NAMES[key].name} unavailable: ${why}`, event, inferRisk);
}

/** The escalation of a tier that could not judge. */
export function escalation(key: TierKey, reason: string, event: JudgedEvent, inferRisk: InferRisk): Decision {
  const { tier } = NAMES[key];
  const risk = inferRiskFor(key, inferRisk)(reason, event.kind);
  return Object.freeze({ verdict: "escalate", tier, severity: "medium", reason, risk, evidence: event.evidence });
}

/** Every risk that the SAE tier reports is one of model outputs. */
function inferRiskFor(key: TierKey, inferRisk: InferRisk): InferRisk {
  return key === "sae" ? () => MODEL_OUTPUT_RISK : inferRisk;
}

/** The message of a thrown value, which may be anything, even a value without a text form. */
function shownMessage(error: unknown): string {
  try {
    const message = messageOf(error);
    return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)} …` : message;
  } catch {
    return "it threw a value that cannot be shown";
  }
}
