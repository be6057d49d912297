// Which tier an event goes to after L1, and what becomes of what none settles. docs/tiers.md has the same as a table.

import { type Decision, isAtLeast, type Severity } from "../decision/decision.js";
import type { EventKind } from "../generated/wire.js";
import { linked } from "./abort.js";
import { type Asked, ask, escalation, type Outcome, type TierSlot, unavailable } from "./ask-tier.js";
import { failMode, failModeName, unsettled } from "./fail-mode.js";
import type { InferRisk } from "./read-answer.js";
import { type StageL2Result, stageOf } from "./stage.js";
import type { Judge, JudgedEvent, Tiers } from "./tier.js";

/** So many speculative runs of L3 may be on their way at once. */
const MAX_SPECULATIVE = 8;

export interface PipelineSettings {
  readonly tiers: Tiers;
  readonly failClosed: boolean;
  /** The L1 severity from which L2 and L3 run at once. */
  readonly speculate: Severity | null;
  readonly inferRisk: InferRisk;
}

/** One event on its way, and what L1 (or already the SAE tier) says of it. */
export interface EscalationContext {
  readonly l1: Decision;
  readonly event: JudgedEvent;
  readonly signal: AbortSignal;
}

/** The tiers of one sentry. Everything asynchronous rejects with the reason of the context's signal once that aborts, and only then. */
export class Pipeline {
  readonly #settings: PipelineSettings;
  readonly #tiers: Tiers;
  /** Speculative runs of L3 that are not over; one that was aborted is not over until its promise has settled. */
  #speculative = 0;

  constructor(settings: PipelineSettings) {
    this.#settings = settings;
    this.#tiers = settings.tiers;
  }

  /** Whether a tier has a say in an event of that kind. */
  concerns(l1: Decision, kind: EventKind | undefined): boolean {
    const { l2, l3 } = this.#tiers;
    return this.isForSae(l1, kind) || (l1.verdict === "escalate" && (l2 !== undefined || l3 !== undefined));
  }

  /** Whether the SAE tier is to judge the event in place of L1, and has not done so yet. */
  isForSae(l1: Decision, kind: EventKind | undefined): boolean {
    return kind === "LlmActivations" && this.#tiers.sae !== undefined && l1.tier !== "Sae";
  }

  /** The final decision: never an escalation. */
  async settle(context: EscalationContext): Promise<Decision> {
    const { l2, l3 } = this.#tiers;
    const first = await this.#first(context);
    if (first.verdict !== "escalate") return first;
    // A classifier of texts has nothing to say of what the SAE tier escalates.
    if (l2 === undefined || first.tier === "Sae") return await this.#afterL2(first, { ...context, l1: first });
    if (l3 !== undefined && this.#maySpeculate(first)) return await this.#speculate(l2, l3, context);
    return await this.#afterL2(await this.#judge("l2", l2, context), context);
  }

  /** As far as L2, which is asked only of what is eligible. */
  async throughL2(context: EscalationContext): Promise<StageL2Result> {
    const { l2 } = this.#tiers;
    const l1Decision = await this.#first(context);
    const stage = stageOf(l1Decision);
    if (!stage.nextTierEligible || l2 === undefined || l1Decision.tier === "Sae") return { l1Decision, ...stage };
    const l2Decision = await this.#judge("l2", l2, context);
    return { l1Decision, l2Decision, ...stageOf(l2Decision) };
  }

  /** What L1 says, or where the event is one for it, the SAE tier. */
  async #first(context: EscalationContext): Promise<Decision> {
    const { sae } = this.#tiers;
    if (sae === undefined || !this.isForSae(context.l1, context.event.kind)) return context.l1;
    return await this.#judge("sae", sae, context);
  }

  /** What becomes of a decision before L3: an escalation goes to L3, or without one takes the fail mode. */
  async #afterL2(decision: Decision, context: EscalationContext): Promise<Decision> {
    const { l3 } = this.#tiers;
    if (decision.verdict !== "escalate") return decision;
    if (l3 === undefined) return this.#failMode(decision, context);
    const outcome = await this.#ask("l3", l3, context).outcome;
    return "failed" in outcome
      ? this.#withoutL3(outcome.failed, decision, context)
      : this.#finalOf(outcome.decision, decision, context);
  }

  /** L2 and L3 at once. */
  async #speculate(l2: Judge, l3: Judge, context: EscalationContext): Promise<Decision> {
    const own = linked(context.signal);
    const third = this.#ask("l3", l3, { ...context, signal: own.signal });
    this.#speculative++;
    third.gone.then(() => this.#speculative--);
    // It rejects with that signal too, when nobody waits for it.
    third.outcome.catch(() => {});
    try {
      const second = await this.#judge("l2", l2, context);
      if (second.verdict === "block") {
        own.abort(new Error("L2 has blocked the event"));
        return second;
      }
      const outcome = await third.outcome;
      if ("decision" in outcome) return this.#finalOf(outcome.decision, second, context);
      return second.verdict === "escalate" ? this.#failMode(second, context) : second;
    } finally {
      own.unlink();
    }
  }

  #maySpeculate(l1: Decision): boolean {
    const { speculate } = this.#settings;
    return speculate !== null && isAtLeast(l1.severity, speculate) && this.#speculative < MAX_SPECULATIVE;
  }

  /** L3's answer is final; if it too escalates, nothing is settled. */
  #finalOf(third: Decision, before: Decision, context: EscalationContext): Decision {
    return third.verdict === "escalate" ? this.#failMode(third, context, before) : third;
  }

  #withoutL3(why: string, before: Decision, { l1, event }: EscalationContext): Decision {
    const { failClosed, inferRisk } = this.#settings;
    const third = escalation("l3", `L3 unavailable (${why})`, event, inferRisk);
    return unsettled(third, `; ${failModeName(failClosed)}`, failClosed, before.action ?? l1.action);
  }

  #failMode(escalated: Decision, { l1 }: EscalationContext, before?: Decision): Decision {
    return failMode(escalated, this.#settings.failClosed, before?.action ?? l1.action);
  }

  /** The decision of L2 or of the SAE tier: one that fails has escalated. */
  async #judge(slot: TierSlot, judge: Judge, context: EscalationContext): Promise<Decision> {
    const outcome: Outcome = await this.#ask(slot, judge, context).outcome;
    if ("decision" in outcome) return outcome.decision;
    return unavailable(slot, outcome.failed, context.event, this.#settings.inferRisk);
  }

  #ask(slot: TierSlot, judge: Judge, { event, signal }: EscalationContext): Asked {
    return ask(slot, judge, event, signal, this.#settings.inferRisk);
  }
}
