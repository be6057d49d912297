// The way of an escalation through the tiers, to a final decision. docs/tiers.md shows it as a
// table.

import {
  type Decision,
  type Denial,
  type FinalDecision,
  isAtLeast,
  isFinal,
  type Severity,
} from "../decision/decision.js";
import type { EventKind } from "../generated/wire.js";
import { linkedTo } from "./abort.js";
import { askTier, escalation, type TierCall, type TierKey, type TierOutcome, unavailable } from "./ask-tier.js";
import { failMode, failModeName, unresolved } from "./fail-mode.js";
import { asAsked } from "./natural-deny.js";
import type { InferRisk } from "./read-answer.js";
import { type StageL2Result, stageOf } from "./stage.js";
import type { Judge, JudgedEvent, Tiers } from "./tier.js";

/** The most speculative runs of L3 at the same time. */
const MAX_SPECULATIVE = 8;

export interface PipelineSettings {
  readonly tiers: Tiers;
  readonly failClosed: boolean;
  /** The L1 severity from which L2 and L3 run at the same time; `null` for never. */
  readonly speculate: Severity | null;
  readonly inferRisk: InferRisk;
}

/** One event in the pipeline, with L1's decision on it (or already the SAE tier's). */
export interface EscalationContext {
  readonly l1: Decision;
  readonly event: JudgedEvent;
  readonly signal: AbortSignal;
}

/** An escalation that no tier resolved, and what its block would deny. */
interface Unresolved {
  readonly unresolved: Decision;
  readonly denial: Denial;
  readonly isL3Unavailable: boolean;
}

/**
 * The tiers of one sentry. Its promises reject only when the context's signal aborts, with the
 * signal's reason.
 */
export class Pipeline {
  readonly #settings: PipelineSettings;
  readonly #tiers: Tiers;
  /** Speculative runs of L3. An aborted run counts until its promise has resolved or rejected. */
  #speculative = 0;

  constructor(settings: PipelineSettings) {
    this.#settings = settings;
    this.#tiers = settings.tiers;
  }

  get hasTiers(): boolean {
    return Object.values(this.#tiers).some((tier) => tier !== undefined);
  }

  /** Whether a tier has to judge an event of that kind. */
  needsTier(l1: Decision, kind: EventKind | undefined): boolean {
    const { l2, l3 } = this.#tiers;
    return this.isForSae(l1, kind) || (l1.verdict === "escalate" && (l2 !== undefined || l3 !== undefined));
  }

  /** Whether the SAE tier is to judge the event in place of L1, and has not done so yet. */
  isForSae(l1: Decision, kind: EventKind | undefined): boolean {
    return kind === "LlmActivations" && this.#tiers.sae !== undefined && l1.tier !== "Sae";
  }

  /** The final decision. */
  async resolve(context: EscalationContext): Promise<FinalDecision> {
    const result = await this.#resolve(context);
    return asAsked("unresolved" in result ? this.#failMode(result) : result, context.l1);
  }

  /** The final decision of a tier; an escalation if no tier resolved it. */
  async settle(context: EscalationContext): Promise<Decision> {
    const result = await this.#resolve(context);
    return "unresolved" in result ? result.unresolved : asAsked(result, context.l1);
  }

  async #resolve(context: EscalationContext): Promise<FinalDecision | Unresolved> {
    const { l2, l3 } = this.#tiers;
    const first = await this.#first(context);
    if (isFinal(first)) return first;
    // L2 classifies texts, so it has nothing to add to an escalation of the SAE tier.
    if (l2 === undefined || first.tier === "Sae") return await this.#afterL2(first, { ...context, l1: first });
    if (l3 !== undefined && this.#maySpeculate(first)) return await this.#speculate(l2, l3, context);
    return await this.#afterL2(await this.#judge("l2", l2, context), context);
  }

  /** The decisions of L1 and L2. L2 judges only what is eligible. */
  async throughL2(context: EscalationContext): Promise<StageL2Result> {
    const { l2 } = this.#tiers;
    const l1Decision = await this.#first(context);
    const stage = stageOf(l1Decision);
    if (!stage.nextTierEligible || l2 === undefined || l1Decision.tier === "Sae") return { l1Decision, ...stage };
    const l2Decision = await this.#judge("l2", l2, context);
    return { l1Decision, l2Decision, ...stageOf(l2Decision) };
  }

  /** L1's decision, or the SAE tier's if the event is for it. */
  async #first(context: EscalationContext): Promise<Decision> {
    const { sae } = this.#tiers;
    if (sae === undefined || !this.isForSae(context.l1, context.event.kind)) return context.l1;
    return await this.#judge("sae", sae, context);
  }

  /** Passes an escalation to L3, if there is one. */
  async #afterL2(decision: Decision, context: EscalationContext): Promise<FinalDecision | Unresolved> {
    const { l3 } = this.#tiers;
    if (isFinal(decision)) return decision;
    if (l3 === undefined) return unresolvedAfter(decision, context);
    const outcome = await this.#ask("l3", l3, context).outcome;
    return "failed" in outcome
      ? this.#withoutL3(outcome.failed, decision, context)
      : afterL3(outcome.decision, decision, context);
  }

  /** Runs L2 and L3 at the same time. */
  async #speculate(l2: Judge, l3: Judge, context: EscalationContext): Promise<FinalDecision | Unresolved> {
    const own = linkedTo(context.signal);
    const l3Call = this.#ask("l3", l3, { ...context, signal: own.signal });
    this.#speculative++;
    l3Call.finished.then(() => this.#speculative--);
    // It also rejects while nothing awaits it.
    l3Call.outcome.catch(() => {});
    try {
      const second = await this.#judge("l2", l2, context);
      if (isFinal(second) && second.verdict === "block") {
        own.abort(new Error("L2 has blocked the event"));
        return second;
      }
      const outcome = await l3Call.outcome;
      if ("decision" in outcome) return afterL3(outcome.decision, second, context);
      return isFinal(second) ? second : unresolvedAfter(second, context);
    } finally {
      own.unlink();
    }
  }

  #maySpeculate(l1: Decision): boolean {
    const { speculate } = this.#settings;
    return speculate !== null && isAtLeast(l1.severity, speculate) && this.#speculative < MAX_SPECULATIVE;
  }

  #withoutL3(why: string, before: Decision, { l1, event }: EscalationContext): Unresolved {
    const third = escalation("l3", `L3 unavailable (${why})`, event, this.#settings.inferRisk);
    return { unresolved: third, denial: before.action === undefined ? l1 : before, isL3Unavailable: true };
  }

  #failMode({ unresolved: escalated, denial, isL3Unavailable }: Unresolved): FinalDecision {
    const { failClosed } = this.#settings;
    if (isL3Unavailable) return unresolved(escalated, `; ${failModeName(failClosed)}`, failClosed, denial);
    return failMode(escalated, failClosed, denial);
  }

  /** The decision of L2 or the SAE tier. A failure is an escalation. */
  async #judge(key: TierKey, judge: Judge, context: EscalationContext): Promise<Decision> {
    const outcome: TierOutcome = await this.#ask(key, judge, context).outcome;
    if ("decision" in outcome) return outcome.decision;
    return unavailable(key, outcome.failed, context.event, this.#settings.inferRisk);
  }

  #ask(key: TierKey, judge: Judge, { event, signal }: EscalationContext): TierCall {
    return askTier(key, judge, event, signal, this.#settings.inferRisk);
  }
}

/** L3's decision is final, unless L3 escalates too. */
function afterL3(third: Decision, before: Decision, context: EscalationContext): FinalDecision | Unresolved {
  return isFinal(third) ? third : unresolvedAfter(third, context, before);
}

function unresolvedAfter(unresolved: Decision, { l1 }: EscalationContext, before?: Decision): Unresolved {
  return { unresolved, denial: before?.action === undefined ? l1 : before, isL3Unavailable: false };
}
