// Judging calls of tools: as themselves, and as the events that they stand for.

import { type Decision, isAtLeast } from "../decision/decision.js";
import { engineFailed } from "../decision/l1-decisions.js";
import type { SentryEvent } from "../events/event.js";
import { linkedTo, orAborted } from "../pipeline/abort.js";
import { messageOf } from "../util/error.js";
import { canonicalJson } from "./canonical-json.js";
import { askMessage, denyMessage } from "./message.js";
import type { GuardSettings } from "./settings.js";
import { randomTicket, sha256 } from "./sha256.js";
import type { CheckOptions, Guard, GuardOptions, GuardOutcome, ToolCallInput } from "./types.js";
import { objectOf, wellKnownEvents } from "./well-known-events.js";

/** What a guard uses of its sentry. */
export interface GuardParts {
  readonly settings: GuardSettings;
  /** The policy's revision. */
  revision(): string | Promise<string>;
  classify(event: SentryEvent): Decision | null;
  /** The decision of the tiers on an escalation; an escalation if none resolved it. */
  settle(event: SentryEvent, signal: AbortSignal): Promise<Decision | null>;
  withoutSecrets(text: string): string;
}

/** What is judged: its events, and its words in messages. */
interface Subject {
  readonly what: string;
  readonly call: ToolCallInput | undefined;
  readonly events: readonly SentryEvent[];
}

const NO_EVENT: Decision = {
  verdict: "allow",
  tier: "Rules",
  severity: "info",
  reason: "no rule matched",
  evidence: "complete",
};

const GRAVITY: Readonly<Record<Decision["verdict"], number>> = { allow: 0, escalate: 1, block: 2 };

export class CallGuard implements Guard {
  readonly #parts: GuardParts;
  readonly #options: GuardOptions;

  constructor(parts: GuardParts, options: GuardOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async check(call: ToolCallInput, { signal }: CheckOptions = {}): Promise<GuardOutcome> {
    return await this.#guarded(() => this.#subjectOf(call), signal);
  }

  async prompt(text: string, { signal }: CheckOptions = {}): Promise<GuardOutcome> {
    return await this.#guarded(() => this.#content("the prompt", text, false), signal);
  }

  async result(text: string, { signal }: CheckOptions = {}): Promise<GuardOutcome> {
    return await this.#guarded(() => this.#content("the result", text, true), signal);
  }

  /** The outcome; that of a failure if anything throws, or takes longer than the deadline. */
  async #guarded(subjectOf: () => Subject, signal: AbortSignal | undefined): Promise<GuardOutcome> {
    let revision = "";
    let what = "the call";
    try {
      const known = this.#parts.revision();
      revision = typeof known === "string" ? known : await known;
      signal?.throwIfAborted();
      const subject = subjectOf();
      what = subject.what;
      const rules = this.#byRules(subject);
      const decision = rules.verdict === "escalate" ? await this.#byTiers(subject, signal) : rules;
      return await this.#outcomeOf(decision, subject, revision);
    } catch (error) {
      return this.#failed(error, what, revision);
    }
  }

  #subjectOf(given: ToolCallInput): Subject {
    const { tool, args, server, pid } = given;
    if (typeof tool !== "string" || tool === "") throw new TypeError("`tool` must be a text that is not empty");
    const cwd = given.cwd ?? this.#options.cwd;
    const known = {
      ...(server !== undefined && { server }),
      ...(cwd !== undefined && { cwd }),
      ...(pid !== undefined && { pid }),
    };
    const call = { tool, args: typeof args === "string" ? objectOf(args) : args, ...known };
    // Throws for arguments without a JSON text.
    JSON.stringify(args);
    const { toEvents = wellKnownEvents } = this.#options;
    return {
      what: `the call of \`${tool}\``,
      call,
      events: [...toEvents(call)].map((event) => this.#identified(event)),
    };
  }

  #content(what: string, text: string, isRead: boolean): Subject {
    if (typeof text !== "string") throw new TypeError("the text must be a string");
    const event = { event: { SslContent: { pid: 0, content: text, is_read: isRead } } };
    return { what, call: undefined, events: [this.#identified(event)] };
  }

  #identified(event: SentryEvent): SentryEvent {
    const { agent, session } = this.#options;
    if (agent === undefined && session === undefined) return event;
    return { ...event, identity: { agent: agent ?? null, session: session ?? null, ...event.identity } };
  }

  #byRules({ events }: Subject): Decision {
    const decisions = events.map((event) => judged(this.#parts.classify(event)));
    return gravest(decisions);
  }

  /** Asks the tiers about each escalation, until one is blocked. */
  async #byTiers({ events }: Subject, signal: AbortSignal | undefined): Promise<Decision> {
    const { deadlineS } = this.#parts.settings;
    const own = linkedTo(signal);
    const timer = setTimeout(() => own.abort(new Error(`no decision within ${deadlineS} s`)), deadlineS * 1000);
    try {
      return await orAborted(this.#settleAll(events, own.signal), own.signal);
    } finally {
      clearTimeout(timer);
      own.unlink();
    }
  }

  async #settleAll(events: readonly SentryEvent[], signal: AbortSignal): Promise<Decision> {
    const decisions: Decision[] = [];
    for (const event of events) {
      const decision = judged(await this.#parts.settle(event, signal));
      if (decision.verdict === "block") return decision;
      decisions.push(decision);
    }
    return gravest(decisions);
  }

  async #outcomeOf(decision: Decision, subject: Subject, revision: string): Promise<GuardOutcome> {
    const { dryRun, askFallback } = this.#parts.settings;
    if (decision.verdict === "allow") return this.#allowed(decision, revision);
    const { approvals, canAsk = approvals !== undefined } = this.#options;
    if (decision.verdict === "escalate" && canAsk) {
      return dryRun ? this.#passed(decision, revision, "ask") : await this.#ask(decision, subject, revision);
    }
    if (decision.verdict === "escalate" && askFallback === "allow") return this.#allowed(decision, revision);
    return this.#denied(decision, subject.what, revision);
  }

  /** The answer that a person gave to this very call, or a ticket for the question. */
  async #ask(decision: Decision, subject: Subject, revision: string): Promise<GuardOutcome> {
    const { approvals, agent, session, host } = this.#options;
    const message = this.#parts.withoutSecrets(askMessage(subject.what, decision));
    if (approvals === undefined) return { outcome: "ask", decision, revision, message, ticket: randomTicket() };
    const { call } = subject;
    const binding = await sha256(canonicalJson([call ?? subject.events, session, agent, host, revision]));
    const answer = await approvals.take(binding);
    if (answer === "approved") return this.#allowed(decision, revision);
    if (answer === "denied") return this.#denied(decision, subject.what, revision);
    const mayRepeat = call !== undefined && subject.events.length > 0 && !subject.events.some(runs);
    const timeoutS = this.#parts.settings.askTimeoutS;
    const who = {
      ...(agent !== undefined && { agent }),
      ...(session !== undefined && { session }),
      ...(host !== undefined && { host }),
    };
    const request = { binding, tool: call?.tool ?? "", message, ...who, timeoutS, mayRepeat };
    return { outcome: "ask", decision, revision, message, ticket: await approvals.open(request) };
  }

  #allowed(decision: Decision, revision: string): GuardOutcome {
    return { outcome: "allow", decision, revision, grant: this.#parts.settings.grant };
  }

  #passed(decision: Decision, revision: string, wouldBe: "deny" | "ask"): GuardOutcome {
    return { outcome: "allow", decision, revision, grant: false, wouldBe };
  }

  #denied(decision: Decision, what: string, revision: string): GuardOutcome {
    if (this.#parts.settings.dryRun) return this.#passed(decision, revision, "deny");
    const message = denyMessage(what, decision);
    return { outcome: "deny", decision, revision, message: this.#safe(message) };
  }

  #failed(error: unknown, what: string, revision: string): GuardOutcome {
    const decision: Decision = {
      ...engineFailed(""),
      verdict: "block",
      reason: `the guard failed: ${this.#safe(messageOf(error))}`,
    };
    if (this.#parts.settings.onFailure === "allow") {
      return { outcome: "allow", decision: { ...decision, verdict: "allow" }, revision, grant: false };
    }
    return this.#denied(decision, what, revision);
  }

  /** The text without secrets; a fixed text where masking fails. */
  #safe(text: string): string {
    try {
      return this.#parts.withoutSecrets(text);
    } catch {
      return "the call was blocked, and the reason cannot be shown";
    }
  }
}

/** An event that the rules cannot read must not pass as harmless. */
function judged(decision: Decision | null): Decision {
  if (decision === null) throw new TypeError("an event of the call is not an event");
  return decision;
}

/** The gravest decision: by verdict, then by severity, then the first. */
function gravest(decisions: readonly Decision[]): Decision {
  const [first = NO_EVENT, ...rest] = decisions;
  return rest.reduce((worst, decision) => (isGraver(decision, worst) ? decision : worst), first);
}

function isGraver(one: Decision, other: Decision): boolean {
  const difference = GRAVITY[one.verdict] - GRAVITY[other.verdict];
  return difference > 0 || (difference === 0 && !isAtLeast(other.severity, one.severity));
}

function runs({ event }: SentryEvent): boolean {
  return "ToolExec" in event;
}
