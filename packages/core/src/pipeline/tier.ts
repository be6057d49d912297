// The interface of a tier after L1, and the event that it judges.

import type { Decision, Tier } from "../decision/decision.js";
import type { Agent, EventFacts, Llm, Sae } from "../generated/wire.js";

/**
 * The facts of one event.
 *
 * `subject` is the whole text that rules match. `target` is what a block would deny: a peer, a path
 * or a program; `null` if the event has none, or if it must never be denied (loopback, `0.0.0.0`,
 * an empty peer).
 */
export type { EventFacts };

/** An event as tiers judge it: its facts and its text. All of it is untrusted. */
export interface JudgedEvent extends Readonly<Omit<EventFacts, "targetFrom">> {
  /** How the target is known. Absent counts as `"argv"` for a program. */
  readonly targetFrom?: EventFacts["targetFrom"];
  /** The event's JSON text. An agent can put any text into it. */
  readonly line: string;
  /**
   * Earlier events of the same agent and pid, as JSON texts, oldest first, if the host keeps them.
   */
  readonly recent?: readonly string[];
}

/**
 * A tier's answer. Beside the required fields, the pipeline uses `action`, `risk` and, from an SAE
 * tier, `explain`; it sets all other fields itself.
 */
export type TierDecision = Pick<Decision, "verdict" | "severity" | "reason"> & Partial<Decision>;

/**
 * One tier after the rules.
 *
 * `judge` returns block or allow, or escalate to pass the event to the next tier. If it throws,
 * rejects or returns an invalid decision, that counts as an escalation, never as an allow. It
 * should stop when `signal` aborts.
 *
 * @example
 * const l2: Judge = {
 *   tier: "Llm",
 *   judge: async (event) =>
 *     event.subject.includes("rm -rf")
 *       ? { verdict: "block", severity: "high", reason: "my tier: destructive" }
 *       : { verdict: "escalate", severity: "medium", reason: "my tier: unsure" },
 * };
 */
export interface Judge {
  readonly tier: Tier;
  /** What this judge cannot do, one sentence each. They become part of `Sentry.warnings`. */
  readonly warnings?: readonly string[];
  judge(event: JudgedEvent, options: { readonly signal: AbortSignal }): Promise<TierDecision>;
}

/**
 * The tiers after L1. `l2` and `l3` judge its escalations; `sae` judges `LlmActivations` events in
 * place of L1. Each can be the caller's own.
 */
export interface Tiers {
  readonly l2?: Judge;
  readonly l3?: Judge;
  readonly sae?: Judge;
}

/** A policy's tier settings. They hold secrets: do not log them. */
export interface TierSettings {
  readonly llm: Readonly<Llm> | null;
  readonly agent: Readonly<Agent> | null;
  readonly sae: Readonly<Sae> | null;
  readonly failClosed: boolean;
}

/**
 * Makes the tiers from a policy's tier settings. Called once, when a sentry is created.
 *
 * @example
 * const tiers: MakeTiers = ({ llm }) => (llm === null ? {} : { l2: llmTier(llm) });
 * const sentry = await Sentry.create(policy, { tiers });
 */
export type MakeTiers = (settings: TierSettings) => Tiers | Promise<Tiers>;
