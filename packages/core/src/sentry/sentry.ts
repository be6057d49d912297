// The judge of a policy: events in, decisions out.
/// <reference lib="esnext.disposable" preserve="true" />

import type { Decision, EventKind, Risk } from "../decision/decision.js";
import { type Explanation, explanation } from "../decision/explanation.js";
import { FOR_SAE, failed, L1BesideSae, L1Decisions, OTHER_RISK } from "../decision/l1-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { FAILED_CODE, hasTarget, isEvent, kindOf } from "../engine/judgment-code.js";
import type { EventJson } from "../events/builders.js";
import { type EventInput, eventBytes, eventText, needBytes } from "../events/input.js";
import type { EventFacts } from "../generated/wire.js";
import { Running } from "../pipeline/abort.js";
import { failMode } from "../pipeline/fail-mode.js";
import { Pipeline } from "../pipeline/pipeline.js";
import { type StageL2Result, type StageResult, stageOf, stopped } from "../pipeline/stage.js";
import type { JudgedEvent, TierSettings, Tiers } from "../pipeline/tier.js";
import { openPolicy } from "../policy/open.js";
import { deepFreeze, type Policy, publicPolicy } from "../policy/policy.js";
import type { PolicySource } from "../policy/source.js";
import { missingTiers } from "../policy/warnings.js";
import { type InspectOptions, inspect } from "../redact/gate.js";
import { importGitleaks } from "../redact/gitleaks.js";
import { type Redactor, redactor } from "../redact/redactor.js";
import type { ScanText } from "../redact/scanner.js";
import type { WireDirection, WireInspection } from "../redact/wire-inspection.js";
import { attachDictionary, saeDecision, saeTier } from "../sae/sae.js";
import { codesOf } from "../stream/line-codes.js";
import { EventStream } from "../stream/stream.js";
import { addDispose } from "../util/dispose.js";
import { checkOptions, checkTiers } from "./check-options.js";
import type { SentryOptions, SentrySpec } from "./options.js";

/** Options of a judgment that may take time. */
export interface JudgeOptions {
  /** Ends the wait, and the work of the tiers: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a sentry is made of. */
interface Parts {
  readonly engine: Engine;
  readonly policy: Policy;
  readonly spec: SentrySpec;
  readonly settings: TierSettings;
  readonly tiers: Tiers;
  /** What is to be said beside what tiers are missing. */
  readonly warnings: readonly string[];
}

/**
 * Judges events by one policy.
 *
 * Holds memory that the garbage collector does not see: call {@link close}, or declare it with `using`. After that, every
 * method throws an `Error` (the asynchronous ones reject with it).
 *
 * @example
 * const sentry = await Sentry.create(`rule "no-netcat" {
 *   on = "ToolExec" match = "netcat" verdict = "block" severity = "medium" reason = "netcat"
 * }`);
 * sentry.classify(toolExec(1, ["netcat", "-l"])); // { verdict: "block", tier: "Rules", ... }
 * sentry.close();
 */
export class Sentry {
  /** The policy in force, without secrets. */
  readonly policy: Policy;
  /** What the policy asks for and this sentry cannot do, one sentence each. */
  readonly warnings: readonly string[];
  readonly #engine: Engine;
  readonly #l1: L1Decisions;
  /** L1's decisions in streams, whose other events the dictionary's tier judges there, and no other tier can. */
  readonly #streamL1: L1Decisions;
  /** Secrets may be in it, so it is not to be seen when a sentry is logged. */
  readonly #spec: SentrySpec;
  readonly #settings: TierSettings;
  readonly #pipeline: Pipeline;
  readonly #scan: ScanText;
  /** The judgments on their way. */
  readonly #running = new Running();
  #closed = false;

  private constructor({ engine, policy, spec, settings, tiers, warnings }: Parts) {
    this.policy = policy;
    this.#spec = spec;
    this.#settings = settings;
    this.warnings = Object.freeze([...missingTiers(policy, tiers), ...warnings]);
    this.#engine = engine;
    this.#l1 = new L1Decisions(policy.rules);
    this.#streamL1 = tiers.sae === undefined || engine.hasSae ? this.#l1 : new L1BesideSae(policy.rules);
    this.#scan = (text, part) => {
      this.#refuseIfClosed();
      return engine.scan(text, part);
    };
    const { failClosed, speculate } = policy;
    this.#pipeline = new Pipeline({ tiers, failClosed, speculate, inferRisk: this.inferRisk.bind(this) });
  }

  /**
   * Compiles a policy: ACL text, TOML text with `format: "toml"`, or an object of the same schema. The built-in rules
   * always apply, after the policy's own; the empty text is a policy.
   *
   * Rejects with a `PolicyError` that shows every problem, or a `TypeError` for an argument of a wrong type.
   *
   * @example
   * const sentry = await Sentry.create({ fail_closed: true }, { env: { LLM_KEY: "..." } });
   */
  static async create(source: PolicySource, options: SentryOptions = {}): Promise<Sentry> {
    checkOptions(options);
    const { engine, info, files, ...opened } = await openPolicy(source, options);
    const { failClosed, dryRun, deny, speculate, llm, agent, sae } = info;
    const settings = deepFreeze({ llm, agent, sae, failClosed });
    try {
      const tiers = typeof options.tiers === "function" ? await options.tiers(settings) : { ...options.tiers };
      checkTiers(tiers);
      const own = sae !== null && tiers.sae === undefined ? sae : null;
      if (own !== null) attachDictionary(engine, own, files);
      const { gitleaks } = info.redact;
      const warnings = gitleaks === null ? [] : importGitleaks(engine, gitleaks, files);
      const all = own === null ? tiers : { ...tiers, sae: saeTier(engine) };
      // Without its tiers, a sentry made anew must not take up one that the caller had replaced.
      const overrides = { failClosed, dryRun, deny, speculate, llm, agent, sae: own };
      const spec = { source: opened.source, options: { ...opened.options, ...overrides, files: files.table() } };
      return new Sentry({ engine, policy: publicPolicy(info), spec, settings, tiers: all, warnings });
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  /**
   * L1's decision on an event: the rules alone, at once. `null` for what is not an event: no JSON object, an envelope
   * with nothing to judge, a required field missing or of a wrong type, more than 16 MiB. Never throws for an event's sake.
   *
   * A lone surrogate in a text is judged as U+FFFD. If the rule engine fails on an event, the decision is an
   * escalation that says so.
   *
   * @example
   * sentry.classify('{"event":{"Dns":{"pid":7,"query":"x.oast.fun"}}}')?.rule; // "oob-exfil-dns"
   */
  classify(event: EventJson): Decision;
  classify(event: EventInput): Decision | null;
  classify(event: EventInput): Decision | null {
    this.#refuseIfClosed();
    return this.#l1Of(this.#engine.judge(typeof event === "string" ? event : eventBytes(event)));
  }

  /**
   * L1's decisions on events, one a line, all judged in one call where {@link createStream} leaves out what is harmless.
   * `null` for a line that is not an event, or has more than 256 KiB. No decision has an action: see {@link classify}
   * for the target of a block. A text without a newline at its end is one that has it.
   *
   * @example
   * const lines = new TextEncoder().encode(`${toolExec(1, ["ls"])}\nno event\n`);
   * sentry.classifyLines(lines).map((decision) => decision?.verdict); // ["allow", undefined]
   */
  classifyLines(lines: Uint8Array): (Decision | null)[] {
    this.#refuseIfClosed();
    needBytes("lines", lines);
    return codesOf(this.#engine, lines).map((code) => {
      if (isEvent(code)) return this.#l1.of(code);
      return code === FAILED_CODE ? failed(this.#engine.failure) : null;
    });
  }

  /**
   * The decision on an event: L1, then the tiers for an escalation, then the fail mode. Never `"escalate"`; `null` for
   * what is not an event. A tier that fails counts as one that escalates.
   *
   * @example
   * const decision = await sentry.evaluate(egress(1234, "169.254.169.254", 80));
   * decision.verdict; // "block"
   */
  evaluate(event: EventJson, options?: JudgeOptions): Promise<Decision>;
  evaluate(event: EventInput, options?: JudgeOptions): Promise<Decision | null>;
  async evaluate(event: EventInput, options: JudgeOptions = {}): Promise<Decision | null> {
    this.#refuseIfClosed();
    options.signal?.throwIfAborted();
    const seen = this.#see(event);
    if (seen === null) return null;
    const { l1, judged } = seen;
    return judged === undefined ? this.failMode(l1) : await this.#settle(l1, judged, options);
  }

  /**
   * The rest of {@link evaluate} after L1: what becomes of an escalation. Other decisions come back as they are. Without
   * an event no tier can be asked, and the fail mode decides.
   */
  async resolveEscalation(l1: Decision, event: JudgedEvent | null, options: JudgeOptions = {}): Promise<Decision> {
    this.#refuseIfClosed();
    options.signal?.throwIfAborted();
    return l1.verdict !== "escalate" || event === null ? this.failMode(l1) : await this.#settle(l1, event, options);
  }

  /**
   * What L1 says of an event, and whether the next tier may be asked. No tier is. `null` for what is not an event.
   *
   * Where the sentry has an SAE tier, L1 has no say in `LlmActivations` events: its decision is an escalation that says so.
   *
   * @example
   * const { stageStatus } = sentry.evaluateL1(fileAccess(1, "/home/u/.ssh/id_rsa"));
   * stageStatus; // "escalated"
   */
  evaluateL1(event: EventJson): StageResult;
  evaluateL1(event: EventInput): StageResult | null;
  evaluateL1(event: EventInput): StageResult | null {
    this.#refuseIfClosed();
    const code = this.#engine.judge(eventBytes(event));
    const l1 = this.#l1Of(code);
    if (l1 === null) return null;
    if (code === FAILED_CODE) return { l1Decision: l1, ...stopped("not-judged") };
    const l1Decision = this.#pipeline.isForSae(l1, kindOf(code)) ? FOR_SAE[l1.evidence] : l1;
    return { l1Decision, ...stageOf(l1Decision) };
  }

  /**
   * What L1 and L2 say of an event, and whether L3 may be asked. L3 never is, and L2 only if the event was eligible. `null` for
   * what is not an event.
   *
   * An L2 that fails has escalated. `LlmActivations` events go to the SAE tier if there is one, which then has L1's place, and
   * from there past L2.
   *
   * @example
   * const result = await sentry.evaluateThroughL2(fileAccess(1, "/home/u/.ssh/id_rsa"));
   * result.l2Decision?.verdict; // "block"
   */
  evaluateThroughL2(event: EventJson, options?: JudgeOptions): Promise<StageL2Result>;
  evaluateThroughL2(event: EventInput, options?: JudgeOptions): Promise<StageL2Result | null>;
  async evaluateThroughL2(event: EventInput, options: JudgeOptions = {}): Promise<StageL2Result | null> {
    this.#refuseIfClosed();
    options.signal?.throwIfAborted();
    const seen = this.#see(event);
    if (seen === null) return null;
    const { l1, judged, lost } = seen;
    if (lost) return { l1Decision: l1, ...stopped("not-judged") };
    if (judged === undefined) return { l1Decision: l1, ...stageOf(l1) };
    return await this.#running.run(options.signal, (signal) => this.#pipeline.throughL2({ l1, event: judged, signal }));
  }

  /**
   * What becomes of an escalation that nothing settles, by the policy's `fail_closed`; other decisions come back as they are.
   *
   * @example
   * sentry.failMode(escalation).resolution; // "unresolved-escalation"
   */
  failMode(decision: Decision): Decision {
    return decision.verdict === "escalate" ? failMode(decision, this.policy.failClosed) : decision;
  }

  /**
   * A body of a call to a model or a tool, before it is forwarded: judged as an `SslContent` event by {@link evaluate}, and, apart
   * from that, looked through for secrets and personal data to mask.
   *
   * A body that makes an event of more than 16 MiB takes the fail mode; it is masked all the same. If the rule engine fails on it,
   * it is blocked. Rejects with a `TypeError` for an argument of a wrong type.
   *
   * @example
   * const wire = await sentry.inspectWire('{"content":"mail bob@example.com"}', "request");
   * const { masked } = wire.apply('{"content":"mail bob@example.com"}');
   * masked; // '{"content":"mail {{A3S_REDACTED:email:1}}"}'
   */
  async inspectWire(content: string, direction: WireDirection, options: InspectOptions = {}): Promise<WireInspection> {
    this.#refuseIfClosed();
    options.signal?.throwIfAborted();
    return await inspect(content, direction, options, {
      scan: this.#scan,
      evaluate: this.evaluate.bind(this),
      failMode: this.failMode.bind(this),
    });
  }

  /**
   * A stream that masks the secrets of a text, and gives streams that put them back. Errors once the sentry is closed.
   *
   * @example
   * const redactor = sentry.createRedactor();
   * const answer = await send(prompt.pipeThrough(redactor));
   * answer.pipeThrough(redactor.restorer());
   */
  createRedactor(): Redactor {
    this.#refuseIfClosed();
    return redactor(this.#scan);
  }

  /**
   * A text for a log, such as the reason that a model gave: its first 4 KiB, with placeholders for the secrets that
   * {@link inspectWire} would mask. E-mail addresses stay, since they may say where something was sent.
   *
   * @example
   * sentry.withoutSecrets(`it posts ${key}`); // "it posts {{A3S_REDACTED:openai_key:1}}"
   */
  withoutSecrets(text: string): string {
    this.#refuseIfClosed();
    if (typeof text !== "string") throw new TypeError("`text` must be a string");
    try {
      return this.#engine.shown(text);
    } catch {
      return "(not shown, since it could not be looked through for secrets)";
    }
  }

  /** What is known of an event, its whole subject too; `null` for what is not an event. Throws if the rule engine fails. */
  facts(event: EventInput): Readonly<EventFacts> | null {
    this.#refuseIfClosed();
    return this.#ifEvent(event, () => this.#engine.facts());
  }

  /**
   * Why an event is judged as it is, rule by rule, by the same path that judges; `null` for what is not an event.
   * Throws if the rule engine fails.
   *
   * @example
   * sentry.explain(egress(1, "169.254.169.254", 80))?.matched; // "169.254.169.254:80"
   */
  explain(event: EventInput): Explanation | null {
    this.#refuseIfClosed();
    const bytes = eventBytes(event);
    return this.#ifEvent(bytes, (code) => {
      const trace = this.#engine.explain();
      const decision = this.#decision(code);
      if (!this.#engine.hasSae || trace.kind !== "LlmActivations") return explanation(trace, decision);
      return explanation(trace, decision, saeDecision(this.#engine.score(bytes), trace.evidence));
    });
  }

  /**
   * A stream of events, one a line, judged many at a time. Lives on its own: close it too.
   *
   * @example
   * using stream = sentry.createStream();
   * for (const { decision, event } of stream.push(chunk)) console.log(decision.verdict, event?.subject);
   */
  createStream(): EventStream {
    this.#refuseIfClosed();
    const engine = this.#engine.fork();
    if (this.#streamL1 !== this.#l1) engine.giveActivations();
    return new EventStream({ engine, l1: this.#streamL1 });
  }

  /**
   * What it takes to make the same sentry in another thread, but for its tiers. Holds the policy's text and the variables
   * that it read, so secrets too: not to be logged, or to leave the process.
   *
   * @example
   * const { source, options } = sentry.spec();
   * const same = await Sentry.create(source, options);
   */
  spec(): SentrySpec {
    return this.#spec;
  }

  /**
   * What the policy configures of tiers, with the overrides in it, to make tiers of. Holds the keys of endpoints: not to be
   * logged.
   */
  settings(): TierSettings {
    return this.#settings;
  }

  /** The risk of a decision that no rule made, from its reason and the kind of the event. */
  inferRisk(reason: string, kind: EventKind): Readonly<Risk> {
    this.#refuseIfClosed();
    try {
      return this.#engine.inferRisk(reason, kind);
    } catch {
      return OTHER_RISK;
    }
  }

  /** Whether {@link close} has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Frees the policy. Judgments on their way are aborted and reject. Closing again does nothing. */
  close(): void {
    if (this.closed) return;
    this.#closed = true;
    this.#running.abort(closedError());
    this.#engine.close();
  }

  /** The same as {@link close}, where the runtime has `Symbol.dispose`. */
  declare [Symbol.dispose]: () => void;

  static {
    addDispose(Sentry.prototype);
  }

  /**
   * What L1 says, and the event where a tier is to judge it; `null` for what is not an event. Lost is an event that the engine
   * failed on: nothing is known of it, and it must not pass for harmless.
   */
  #see(input: EventInput): { l1: Decision; judged?: JudgedEvent; lost: boolean } | null {
    const bytes = eventBytes(input);
    const code = this.#engine.judge(bytes);
    const l1 = this.#l1Of(code);
    if (l1 === null) return null;
    if (code === FAILED_CODE) return { l1, lost: true };
    if (!this.#pipeline.concerns(l1, kindOf(code))) return { l1, lost: false };
    try {
      return { l1, judged: { ...this.#engine.facts(), line: eventText(bytes) }, lost: false };
    } catch {
      return { l1: failed(this.#engine.failure), lost: true };
    }
  }

  async #settle(l1: Decision, event: JudgedEvent, { signal }: JudgeOptions): Promise<Decision> {
    return await this.#running.run(signal, (both) => this.#pipeline.settle({ l1, event, signal: both }));
  }

  #l1Of(code: number): Decision | null {
    if (isEvent(code)) return this.#decision(code);
    return code === FAILED_CODE ? failed(this.#engine.failure) : null;
  }

  #decision(code: number): Decision {
    if (!hasTarget(code)) return this.#l1.of(code);
    try {
      return this.#l1.withTarget(code, this.#engine.facts().target);
    } catch {
      return failed(this.#engine.failure);
    }
  }

  #ifEvent<T>(event: EventInput, then: (code: number) => T): T | null {
    const code = this.#engine.judge(eventBytes(event));
    if (code === FAILED_CODE) throw new EngineFailure(this.#engine.failure);
    return isEvent(code) ? then(code) : null;
  }

  #refuseIfClosed(): void {
    if (this.closed) throw closedError();
  }
}

function closedError(): Error {
  return new Error("this sentry is closed");
}
