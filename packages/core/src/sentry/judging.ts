// Judging: from an event to its decision, by the rules, the tiers and the fail mode.

import { type Decision, type EventKind, type FinalDecision, isFinal, type Risk } from "../decision/decision.js";
import { type Explanation, explanation } from "../decision/explanation.js";
import { engineFailed, L1Decisions, LEFT_TO_SAE, OTHER_RISK, withoutItsTarget } from "../decision/l1-decisions.js";
import { decisionsOfLines } from "../decision/line-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { FAILED_CODE, hasTarget, isEvent, kindOf } from "../engine/judgement-code.js";
import type { EventInput } from "../events/event.js";
import { type EncodedEvent, encodeEvent, eventText, ownBytes, requireBytes } from "../events/input.js";
import type { JsonText } from "../events/json-text.js";
import type { EventFacts } from "../generated/wire.js";
import { RunningWork } from "../pipeline/abort.js";
import { failMode } from "../pipeline/fail-mode.js";
import { Pipeline } from "../pipeline/pipeline.js";
import { type StageL2Result, type StageResult, stageOf, stopped } from "../pipeline/stage.js";
import type { JudgedEvent } from "../pipeline/tier.js";
import { saeDecision } from "../sae/tier.js";
import { lineCodes } from "../stream/line-codes.js";
import type { SentryParts } from "./parts.js";

/**
 * L1's view of an event: `decided` needs no tier, `escalated` goes to one. On `failed`, nothing is
 * known of the event and it must not pass as harmless.
 */
type L1Result =
  | { readonly kind: "decided"; readonly l1: Decision }
  | { readonly kind: "failed"; readonly l1: Decision }
  | { readonly kind: "escalated"; readonly l1: Decision; readonly event: JudgedEvent };

/**
 * Judges events by one policy. An event that is not an event gives `null`; see `Sentry` for the
 * contracts.
 */
export class Judging {
  readonly l1: L1Decisions;
  readonly #engine: Engine;
  readonly #pipeline: Pipeline;
  readonly #failClosed: boolean;
  readonly #running = new RunningWork();

  constructor({ engine, policy, tiers }: SentryParts) {
    const { failClosed, speculate } = policy;
    this.l1 = new L1Decisions(policy);
    this.#engine = engine;
    this.#failClosed = failClosed;
    this.#pipeline = new Pipeline({ tiers, failClosed, speculate, inferRisk: this.inferRisk.bind(this) });
  }

  classify(event: EventInput): Decision | null {
    return this.#judge(event)?.l1 ?? null;
  }

  classifyLines(lines: Uint8Array): (Decision | null)[] {
    requireBytes("lines", lines);
    try {
      const codes = lineCodes(this.#engine, ownBytes(lines));
      return decisionsOfLines(this.l1, codes, this.#engine.failure);
    } finally {
      this.#engine.release();
    }
  }

  /** Returns a promise only if a tier has to be asked: nearly no event needs one. */
  evaluate(event: EventInput, signal?: AbortSignal): FinalDecision | null | Promise<FinalDecision> {
    signal?.throwIfAborted();
    const look = this.#look(event);
    if (look === null) return null;
    return look.kind === "escalated" ? this.#resolve(look.l1, look.event, signal) : this.failMode(look.l1);
  }

  /** As {@link classify}, but throws if the rule engine fails, and for what is not an event. */
  byRules(event: EventInput | JsonText): Decision {
    const judged = this.#judge(event);
    if (judged === null) throw new TypeError(this.whyNotAnEvent(event) ?? "not an event");
    const { code, l1 } = judged;
    if (code === FAILED_CODE) throw new EngineFailure(this.#engine.failure);
    return this.#pipeline.isForSae(l1, kindOf(code)) ? LEFT_TO_SAE[l1.evidence] : l1;
  }

  /** The decision of the rules and the tiers; an escalation if no tier resolved it. Throws as {@link byRules}. */
  async byTiers(event: EventInput | JsonText, signal: AbortSignal): Promise<Decision> {
    const look = this.#look(event);
    if (look === null) throw new TypeError("not an event");
    if (look.kind === "failed") throw new EngineFailure(look.l1.reason);
    if (look.kind === "decided") return look.l1;
    const { l1, event: escalated } = look;
    return await this.#running.run(signal, (own) => this.#pipeline.settle({ l1, event: escalated, signal: own }));
  }

  async resolveEscalation(l1: Decision, event: JudgedEvent | null, signal?: AbortSignal): Promise<FinalDecision> {
    signal?.throwIfAborted();
    return isFinal(l1) || event === null ? this.failMode(l1) : await this.#resolve(l1, event, signal);
  }

  evaluateL1(event: EventInput): StageResult | null {
    const judged = this.#judge(event);
    if (judged === null) return null;
    const { code, l1 } = judged;
    if (code === FAILED_CODE) return { l1Decision: l1, ...stopped("not-judged") };
    const l1Decision = this.#pipeline.isForSae(l1, kindOf(code)) ? LEFT_TO_SAE[l1.evidence] : l1;
    return { l1Decision, ...stageOf(l1Decision) };
  }

  async evaluateThroughL2(event: EventInput, signal?: AbortSignal): Promise<StageL2Result | null> {
    signal?.throwIfAborted();
    const look = this.#look(event);
    if (look === null) return null;
    const { l1 } = look;
    if (look.kind === "failed") return { l1Decision: l1, ...stopped("not-judged") };
    if (look.kind === "decided") return { l1Decision: l1, ...stageOf(l1) };
    return await this.#running.run(signal, (own) => this.#pipeline.throughL2({ l1, event: look.event, signal: own }));
  }

  failMode(decision: Decision): FinalDecision {
    return isFinal(decision) ? decision : failMode(decision, this.#failClosed);
  }

  facts(event: EventInput): Readonly<EventFacts> | null {
    try {
      return this.#engine.facts(encodeEvent(event));
    } finally {
      this.#engine.release();
    }
  }

  whyNotAnEvent(input: EventInput | JsonText): string | null {
    return this.#engine.fault(encodeEvent(input)) || null;
  }

  explain(event: EventInput | JsonText): Explanation | null {
    try {
      return this.#explain(event);
    } finally {
      this.#engine.release();
    }
  }

  /**
   * The words of the commands that an event runs, without quotes and escapes, and as paths in the
   * folder that a command changed to.
   */
  wordsOf(event: EventInput | JsonText): string[] {
    const commands = this.explain(event)?.commands?.commands ?? [];
    return commands.flatMap(({ words, folder }) =>
      folder ? words.map((word) => (word.startsWith("/") ? word : `${folder}/${word}`)) : words,
    );
  }

  #explain(event: EventInput | JsonText): Explanation | null {
    const code = this.#engine.judge(encodeEvent(event));
    if (code === FAILED_CODE) throw new EngineFailure(this.#engine.failure);
    if (!isEvent(code)) return null;
    const trace = this.#engine.explain();
    const decision = this.#decisionOf(code);
    if (!this.#engine.hasSae || trace.kind !== "LlmActivations") return explanation(trace, decision);
    return explanation(trace, decision, saeDecision(this.#engine.scoreJudged(), trace.evidence));
  }

  inferRisk(reason: string, kind: EventKind): Readonly<Risk> {
    try {
      return this.#engine.inferRisk(reason, kind);
    } catch {
      return OTHER_RISK;
    }
  }

  /** Aborts all judgements in progress: they reject with `reason`. */
  abort(reason: unknown): void {
    this.#running.abort(reason);
  }

  /** Judges an event by L1 alone. */
  #judge(event: EventInput | JsonText): { readonly code: number; readonly l1: Decision } | null {
    try {
      const code = this.#engine.judge(encodeEvent(event));
      return this.#isJudged(code) ? { code, l1: this.#decisionOf(code) } : null;
    } finally {
      this.#engine.release();
    }
  }

  /**
   * Judges an event by L1. If a tier has to judge it, fetches its facts, which include the target
   * of L1's action.
   */
  #look(input: EventInput | JsonText): L1Result | null {
    try {
      return this.#lookAt(encodeEvent(input));
    } finally {
      this.#engine.release();
    }
  }

  #lookAt(bytes: EncodedEvent): L1Result | null {
    const code = this.#pipeline.hasTiers ? this.#engine.judgeForTiers(bytes) : this.#engine.judge(bytes);
    if (!this.#isJudged(code)) return null;
    if (code === FAILED_CODE) return { kind: "failed", l1: engineFailed(this.#engine.failure) };
    if (!this.#pipeline.needsTier(this.l1.of(code), kindOf(code))) {
      return { kind: "decided", l1: this.#decisionOf(code) };
    }
    try {
      const event = { ...this.#engine.takeFacts(), line: eventText(bytes) };
      const l1 = hasTarget(code) ? this.l1.withTarget(code, this.#engine.target()) : this.l1.of(code);
      return { kind: "escalated", l1, event };
    } catch {
      return { kind: "failed", l1: engineFailed(this.#engine.failure) };
    }
  }

  async #resolve(l1: Decision, event: JudgedEvent, signal: AbortSignal | undefined): Promise<FinalDecision> {
    return await this.#running.run(signal, (own) => this.#pipeline.resolve({ l1, event, signal: own }));
  }

  /** Whether a code leads to a decision: for an event, even if the engine failed on it. */
  #isJudged(code: number): boolean {
    return isEvent(code) || code === FAILED_CODE;
  }

  /**
   * L1's decision on the event judged last, with its target. If the engine fails on the target, the
   * verdict stands: a block must not become an escalation, which the fail mode may allow.
   */
  #decisionOf(code: number): Decision {
    if (code === FAILED_CODE) return engineFailed(this.#engine.failure);
    if (!hasTarget(code)) return this.l1.of(code);
    try {
      return this.l1.withTarget(code, this.#engine.target());
    } catch {
      return withoutItsTarget(this.l1.of(code), this.#engine.failure);
    }
  }
}
