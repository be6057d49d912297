// The interface of a tier after L1, and the event as a tier sees it.

import type { Decision, Tier } from "../decision/decision.js";
import type { Agent, EventFacts, Llm, Sae } from "../generated/wire.js";

/**
 * What is known of one event.
 *
 * `subject` is the whole text that rules match. `target` is what a block of this event would deny: a peer, a path or
 * a program; `null` where there is none, or where it must never be denied (loopback, `0.0.0.0`, an empty peer).
 */
export type { EventFacts };

/** An event on its way through the tiers: its facts, and the line it came from as text. */
export interface JudgedEvent extends Readonly<EventFacts> {
  /** The event's JSON. Untrusted: an agent can put any text into it. */
  readonly line: string;
  /** Earlier events of the same agent and pid, one line each, oldest first, where the host keeps them. As untrusted. */
  readonly recent?: readonly string[];
}

/**
 * What a tier answers: the words of a {@link Decision}. Beside those that are needed, `action`, `risk` and, of an SAE tier, `explain`
 * count; the pipeline sets all others itself.
 */
export type TierDecision = Pick<Decision, "verdict" | "severity" | "reason"> & Partial<Decision>;

/**
 * One tier of judgment after the rules.
 *
 * `judge` answers block or allow, or escalate to hand the event on. If it throws or rejects, or answers something
 * that is no decision, that counts as an escalation, never as an allow. It should stop when `signal` aborts.
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
  judge(event: JudgedEvent, options: { readonly signal: AbortSignal }): Promise<TierDecision>;
}

/**
 * The tiers after L1. L2 and L3 take its escalations; a `sae` tier judges `LlmActivations` events in place of L1. Any of
 * them can be the caller's own.
 */
export interface Tiers {
  readonly l2?: Judge;
  readonly l3?: Judge;
  readonly sae?: Judge;
}

/** What a policy configures of tiers, with the secrets that are in it: not to be logged. */
export interface TierSettings {
  readonly llm: Readonly<Llm> | null;
  readonly agent: Readonly<Agent> | null;
  readonly sae: Readonly<Sae> | null;
  readonly failClosed: boolean;
}

/**
 * Makes the tiers of a policy from what it configures, once, when a sentry is created.
 *
 * @example
 * const tiers: MakeTiers = ({ llm }) => (llm === null ? {} : { l2: llmTier(llm) });
 * const sentry = await Sentry.create(policy, { tiers });
 */
export type MakeTiers = (settings: TierSettings) => Tiers | Promise<Tiers>;
