// Judging calls of tools: as themselves, and as the events that they stand for.

import type { Decision } from "../decision/decision.js";
import { engineFailed } from "../decision/l1-decisions.js";
import type { JsonText } from "../events/json-text.js";
import { linkedTo, orAborted } from "../pipeline/abort.js";
import type { Policy } from "../policy/policy.js";
import { bindingOf, type WordsOf } from "./binding.js";
import { gravest } from "./gravest.js";
import { askMessage, denyMessage, failureReason } from "./message.js";
import { randomTicket } from "./sha256.js";
import { type GuardedEvent, runsNothing, type Subject, Subjects } from "./subject.js";
import type { CheckOptions, Guard, GuardOptions, GuardOutcome, ToolCallInput } from "./types.js";

/** What a guard uses of its sentry. */
export interface GuardParts {
  readonly policy: Pick<Policy, "guard" | "ask" | "dryRun">;
  /** The policy's revision. */
  revision(): string | Promise<string>;
  /** The decision of the rules. Throws for what is not an event, and if the rule engine fails. */
  byRules(event: GuardedEvent): Decision;
  /** The decision of the tiers on an escalation; an escalation if none resolved it. Throws as `byRules`. */
  byTiers(event: GuardedEvent, signal: AbortSignal): Promise<Decision>;
  /** The words of the commands that an event runs. */
  wordsOf: WordsOf;
  withoutSecrets(text: string): string;
}

/** A check in progress. */
interface Check {
  readonly subject: Subject;
  readonly revision: string;
}

export class CallGuard implements Guard {
  readonly #parts: GuardParts;
  readonly #options: GuardOptions;
  #subjects: Subjects | undefined;

  constructor(parts: GuardParts, options: GuardOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  check(call: ToolCallInput, options?: CheckOptions): Promise<GuardOutcome> {
    return this.#guarded((subjects) => subjects.ofCall(call), options);
  }

  prompt(text: string, options?: CheckOptions): Promise<GuardOutcome> {
    return this.#guarded((subjects) => subjects.ofText(text, "sent"), options);
  }

  result(text: string | JsonText, options?: CheckOptions): Promise<GuardOutcome> {
    return this.#guarded((subjects) => subjects.ofText(text, "received"), options);
  }

  /** The outcome; that of a failure if anything throws, or takes longer than the deadline. */
  async #guarded(subjectOf: (subjects: Subjects) => Subject, options: CheckOptions | undefined): Promise<GuardOutcome> {
    let revision = "";
    let subject: Subject | undefined;
    try {
      const { approvals, revision: given } = this.#options;
      const known = (approvals === undefined ? given : undefined) ?? this.#parts.revision();
      revision = typeof known === "string" ? known : await known;
      options?.signal?.throwIfAborted();
      // Made here, since it throws for options of the wrong type: then every call is denied.
      this.#subjects ??= new Subjects(this.#options);
      subject = subjectOf(this.#subjects);
      const check = { subject, revision };
      const decision = this.#byRules(subject);
      if (decision.verdict === "allow") return this.#allowed(decision, check);
      if (decision.verdict === "block") return this.#denied(decision, check);
      return await this.#withDeadline(options?.signal, (signal) => this.#escalated(decision, check, signal));
    } catch (error) {
      return this.#failed(error, subject?.what() ?? "the call", revision);
    }
  }

  #byRules({ itself, mapped }: Subject): Decision {
    const others = mapped.map((event) => this.#parts.byRules(event));
    return gravest(this.#parts.byRules(itself), others);
  }

  /** Rejects if the work takes longer than the policy allows, or the signal aborts. */
  async #withDeadline<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { deadlineS } = this.#parts.policy.guard;
    const own = linkedTo(signal);
    const timer = setTimeout(() => own.abort(new Error(`no decision within ${deadlineS} s`)), deadlineS * 1000);
    try {
      return await orAborted(work(own.signal), own.signal);
    } finally {
      own.abort(new Error("the check is over"));
      clearTimeout(timer);
      own.unlink();
    }
  }

  /** A person's answer to this very call counts; otherwise the tiers decide, and then a person. */
  async #escalated(rules: Decision, check: Check, signal: AbortSignal): Promise<GuardOutcome> {
    const { approvals, canAsk = approvals !== undefined } = this.#options;
    const { guard, dryRun } = this.#parts.policy;
    const binding = approvals && (await this.#bindingOf(check));
    const answer = binding === undefined ? undefined : await approvals?.take(binding);
    if (answer === "approved") return this.#allowed(rules, check);
    if (answer === "denied") return this.#denied(rules, check);
    const decision = await this.#byTiers(check.subject, signal);
    if (decision.verdict === "allow") return this.#allowed(decision, check);
    if (decision.verdict === "block") return this.#denied(decision, check);
    if (canAsk) return dryRun ? this.#passed(decision, check, "ask") : await this.#ask(decision, check, binding);
    if (guard.askFallback === "deny") return this.#denied(decision, check);
    // Nobody has approved it, so the prompts of the host stay.
    return { outcome: "allow", decision, revision: check.revision, grant: false };
  }

  async #bindingOf({ subject, revision }: Check): Promise<string> {
    return await bindingOf(subject, revision, this.#options, this.#parts.wordsOf);
  }

  /** Asks the tiers about each escalation, until one is blocked. */
  async #byTiers({ itself, mapped }: Subject, signal: AbortSignal): Promise<Decision> {
    let worst = await this.#parts.byTiers(itself, signal);
    for (const event of mapped) {
      if (worst.verdict === "block") break;
      signal.throwIfAborted();
      worst = gravest(worst, [await this.#parts.byTiers(event, signal)]);
    }
    return worst;
  }

  async #ask(decision: Decision, { subject, revision }: Check, binding: string | undefined): Promise<GuardOutcome> {
    const { approvals, agent, session, host } = this.#options;
    const message = this.#parts.withoutSecrets(askMessage(subject, decision, this.#parts.withoutSecrets));
    const asked = { outcome: "ask", decision, revision, message } as const;
    if (approvals === undefined || binding === undefined) return { ...asked, ticket: randomTicket() };
    const { timeoutS } = this.#parts.policy.ask;
    const call = { binding, message, revision, timeoutS, mayRepeat: runsNothing(subject) };
    const ticket = await approvals.open({ ...call, tool: subject.call?.tool ?? "", agent, session, host });
    return { ...asked, ticket };
  }

  #allowed(decision: Decision, { revision }: Check): GuardOutcome {
    return { outcome: "allow", decision, revision, grant: this.#parts.policy.guard.grant };
  }

  /** What a dry run lets pass is no opinion: it never grants. */
  #passed(decision: Decision, { revision }: { readonly revision: string }, wouldBe: "deny" | "ask"): GuardOutcome {
    return { outcome: "allow", decision, revision, grant: false, wouldBe };
  }

  #denied(decision: Decision, { subject, revision }: Check): GuardOutcome {
    if (this.#parts.policy.dryRun) return this.#passed(decision, { revision }, "deny");
    return { outcome: "deny", decision, revision, message: this.#denial(subject.what(), decision) };
  }

  #failed(error: unknown, what: string, revision: string): GuardOutcome {
    const reason = this.#safe(failureReason(error));
    const { onFailure } = this.#parts.policy.guard;
    if (onFailure === "allow") {
      const decision: Decision = Object.freeze({ ...engineFailed(""), reason, verdict: "allow" });
      return { outcome: "allow", decision, revision, grant: false };
    }
    const decision: Decision = Object.freeze({ ...engineFailed(""), reason, verdict: "block" });
    if (this.#parts.policy.dryRun) return this.#passed(decision, { revision }, "deny");
    return { outcome: "deny", decision, revision, message: this.#denial(what, decision) };
  }

  #denial(what: string, decision: Decision): string {
    return this.#safe(denyMessage(what, decision, (text) => this.#safe(text)));
  }

  /** The text without secrets; a fixed text where masking fails. */
  #safe(text: string): string {
    try {
      return this.#parts.withoutSecrets(text);
    } catch {
      return "the call was blocked; the reason cannot be shown, since the rule engine failed";
    }
  }
}
