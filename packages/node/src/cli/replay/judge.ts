// Judges what transcripts record by the rules: calls as themselves and as the events that they stand
// for, texts as content.

import { Buffer } from "node:buffer";
import {
  type Decision,
  type SentryEvent,
  type Severity,
  sslContent,
  type ToolCallInput,
  type Verdict,
  wellKnownEvents,
} from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import { Excerpts } from "./excerpts.js";
import type { Findings, Session } from "./findings.js";
import type { Recorded } from "./recorded.js";
import type { Place } from "./report.js";

/** Something to judge, and where it is. */
export interface Placed {
  readonly recorded: Recorded;
  readonly session: Session;
  readonly place: Place;
}

type Of<K extends Recorded["kind"]> = Placed & { readonly recorded: Extract<Recorded, { readonly kind: K }> };

/** Calls and events that are judged in one call of the engine: their lines are in order. */
interface Lined {
  readonly placed: Of<"call"> | Of<"event">;
  readonly lines: readonly string[];
}

const VERDICTS: readonly Verdict[] = ["allow", "escalate", "block"];
const SEVERITIES: readonly Severity[] = ["info", "low", "medium", "high", "critical"];
/** No rule reads the process id. */
const PID = 0;
/** What `withoutSecrets` searches. */
const SEARCHED_UNITS = 4096;

/** What a guard does with a call that it cannot read. */
const UNREADABLE: Decision = {
  verdict: "block",
  tier: "Rules",
  severity: "high",
  reason: "the call cannot be judged: it has too many files or addresses",
  evidence: "partial",
};

export class RecordJudge {
  readonly #sentry: Sentry;
  readonly #findings: Findings;
  readonly #excerpts: Excerpts;

  constructor(sentry: Sentry, findings: Findings) {
    this.#sentry = sentry;
    this.#findings = findings;
    this.#excerpts = new Excerpts(sentry);
  }

  /** Judges a batch, in order, as one piece of work. */
  async judge(batch: readonly Placed[]): Promise<void> {
    this.#judgeLines(batch.flatMap((placed) => this.#lined(placed)));
    for (const { recorded, ...at } of batch) {
      if (recorded.kind === "prompt" || recorded.kind === "result") await this.#judgeText({ recorded, ...at });
      if (recorded.kind === "call") await this.#searchCall({ recorded, ...at });
    }
  }

  close(): void {
    this.#excerpts.close();
  }

  #lined({ recorded, ...at }: Placed): Lined[] {
    if (recorded.kind === "event") return [{ placed: { recorded, ...at }, lines: [recorded.line] }];
    if (recorded.kind !== "call") return [];
    const placed = { recorded, ...at };
    try {
      return [{ placed, lines: linesOf(recorded.call, at.session) }];
    } catch {
      this.#findings.add(at.session, "calls");
      this.#findings.find(at.session, UNREADABLE, at.place, () => ({ what: recorded.call.tool, subject: "" }));
      return [];
    }
  }

  #judgeLines(all: readonly Lined[]): void {
    const text = all.flatMap(({ lines }) => lines).join("\n");
    const decisions = text === "" ? [] : this.#sentry.classifyLines(Buffer.from(text));
    let at = 0;
    for (const { placed, lines } of all) {
      let worst = at;
      for (let next = at + 1; next < at + lines.length; next++) {
        if (rankOf(decisions[next]) > rankOf(decisions[worst])) worst = next;
      }
      this.#take(placed, decisions[worst] ?? null, lines[worst - at] ?? "");
      at += lines.length;
    }
  }

  #take({ recorded, session, place }: Lined["placed"], decision: Decision | null, line: string): void {
    const isCall = recorded.kind === "call";
    if (!isCall && decision === null) {
      this.#findings.skip("unknown", place);
      return;
    }
    this.#findings.add(session, isCall ? "calls" : "events");
    if (decision === null || decision.verdict === "allow") return;
    this.#findings.find(session, decision, place, () => {
      const { kind, subject } = this.#excerpts.ofEvent(line);
      return { what: isCall ? recorded.call.tool : kind, subject };
    });
  }

  async #judgeText({ recorded: { kind, text }, session, place }: Of<"prompt" | "result">): Promise<void> {
    const isPrompt = kind === "prompt";
    this.#findings.add(session, isPrompt ? "prompts" : "results");
    if (text === "") return;
    const wire = await this.#sentry.inspectWire(text, isPrompt ? "request" : "response");
    for (const redaction of wire.redactions) {
      this.#findings.secret(session, redaction.kind, isPrompt ? "prompts" : "results", place);
    }
    const { verdict, resolution } = wire.decision;
    if (verdict === "allow" && resolution === undefined) return;
    const event = sslContent(PID, text, !isPrompt);
    this.#findings.find(session, this.#sentry.classify(event), place, () => ({
      what: kind,
      subject: this.#excerpts.ofText(event, text, wire.redactions),
    }));
  }

  /** Counts the secrets in the arguments of a call. E-mail addresses say where data is sent. */
  async #searchCall({ recorded, session, place }: Of<"call">): Promise<void> {
    const text = JSON.stringify(recorded.call.args) ?? "";
    if (text.length <= SEARCHED_UNITS && this.#sentry.withoutSecrets(text) === text) return;
    const { redactions } = await this.#sentry.inspectWire(text, "request");
    for (const { kind } of redactions) if (kind !== "email") this.#findings.secret(session, kind, "calls", place);
  }
}

/** The lines of a call's events. Throws a `RangeError` if there are too many. */
function linesOf(call: ToolCallInput, { session }: Session): string[] {
  const identity = session === null ? undefined : { session };
  return wellKnownEvents(call).map((event: SentryEvent) => JSON.stringify({ identity, ...event }));
}

function rankOf(decision: Decision | null | undefined): number {
  if (!decision) return -1;
  return VERDICTS.indexOf(decision.verdict) * SEVERITIES.length + SEVERITIES.indexOf(decision.severity);
}
