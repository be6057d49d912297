// Judges what transcripts record by the rules: calls as themselves and as the events that they stand
// for, texts as content.

import { Buffer } from "node:buffer";
import {
  type Decision,
  type Sentry,
  type Severity,
  sslContent,
  toolCall,
  type Verdict,
  wellKnownEvents,
} from "@a3s-sentry/core";
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

type RecordedCall = Extract<Recorded, { readonly kind: "call" }>;

/** A call or an event whose lines are judged with those of others, in order. */
interface Lined {
  readonly placed: Placed;
  readonly count: number;
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
  reason: "the call cannot be judged: it has no name, too many files or addresses, or arguments that are too deep",
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

  /** Judges a batch. */
  async judge(batch: readonly Placed[]): Promise<void> {
    const lines: string[] = [];
    const lined: Lined[] = [];
    /** The calls as events, at their places in the batch. */
    const calls: (string | undefined)[] = [];
    for (const placed of batch) {
      const { recorded } = placed;
      const before = lines.length;
      if (recorded.kind === "event") lines.push(recorded.line);
      else if (recorded.kind === "call") this.#addCall(recorded, placed, lines);
      if (recorded.kind === "event" || recorded.kind === "call") lined.push({ placed, count: lines.length - before });
      calls.push(lines[before]);
    }
    this.#judgeLines(lines, lined);
    for (const [index, placed] of batch.entries()) {
      const { recorded } = placed;
      if (recorded.kind === "call") {
        const itself = calls[index];
        if (itself !== undefined && this.#mayHaveSecrets(itself)) await this.#searchCall(itself, placed);
      } else if (recorded.kind !== "event") await this.#judgeText(recorded.text, recorded.kind === "prompt", placed);
    }
  }

  /** A name that a transcript chose, without secrets. */
  nameShown(name: string): string {
    return this.#excerpts.ofName(name);
  }

  close(): void {
    this.#excerpts.close();
  }

  /** Adds the lines of a call: itself, and the events that it stands for. */
  #addCall({ call, line, identity }: RecordedCall, { session, place }: Placed, lines: string[]): void {
    const before = lines.length;
    try {
      const { tool, args = null, ...known } = call;
      const own = session.session === null ? known : { ...known, session: session.session };
      const start = identity === undefined ? session.identity : `{"identity":${JSON.stringify(identity)},`;
      lines.push(line ?? toolCall(tool, args, own));
      for (const event of wellKnownEvents(call)) lines.push(`${start}${JSON.stringify(event).slice(1)}`);
    } catch {
      lines.length = before;
      this.#findings.find(session, UNREADABLE, place, () => ({
        what: this.#excerpts.ofName(call.tool),
        subject: "",
      }));
    }
  }

  #judgeLines(lines: readonly string[], lined: readonly Lined[]): void {
    const decisions = lines.length === 0 ? [] : this.#sentry.classifyLines(Buffer.from(lines.join("\n")));
    let at = 0;
    for (const { placed, count } of lined) {
      let worst = at;
      for (let next = at + 1; next < at + count; next++) {
        if (rankOf(decisions[next]) > rankOf(decisions[worst])) worst = next;
      }
      this.#take(placed, count === 0 ? null : (decisions[worst] ?? null), lines[worst] ?? "");
      at += count;
    }
  }

  #take({ recorded, session, place }: Placed, decision: Decision | null, line: string): void {
    const tool = recorded.kind === "call" ? recorded.call.tool : undefined;
    if (tool === undefined && decision === null) {
      this.#findings.skip("unknown", place);
      return;
    }
    this.#findings.add(session, tool === undefined ? "events" : "calls");
    if (decision === null || decision.verdict === "allow") return;
    this.#findings.find(session, decision, place, () => {
      const { kind, subject } = this.#excerpts.ofEvent(line);
      return { what: tool === undefined ? kind : this.#excerpts.ofName(tool), subject };
    });
  }

  async #judgeText(text: string, isPrompt: boolean, { session, place }: Placed): Promise<void> {
    this.#findings.add(session, isPrompt ? "prompts" : "results");
    if (text === "") return;
    const wire = await this.#sentry.inspectWire(text, isPrompt ? "request" : "response");
    for (const { kind } of wire.redactions) {
      this.#findings.secret(session, kind, isPrompt ? "prompts" : "results", place);
    }
    const { verdict, resolution } = wire.decision;
    if (verdict === "allow" && resolution === undefined) return;
    const event = sslContent(PID, text, !isPrompt);
    this.#findings.find(session, this.#sentry.classify(event), place, () => ({
      what: isPrompt ? "prompt" : "result",
      subject: this.#excerpts.ofText(event, text, wire.redactions),
    }));
  }

  #mayHaveSecrets(text: string): boolean {
    return text.length > SEARCHED_UNITS || this.#sentry.withoutSecrets(text) !== text;
  }

  /** Counts the secrets in a call. E-mail addresses say where data is sent. */
  async #searchCall(text: string, { session, place }: Placed): Promise<void> {
    const { redactions } = await this.#sentry.inspectWire(text, "request");
    for (const { kind } of redactions) if (kind !== "email") this.#findings.secret(session, kind, "calls", place);
  }
}

function rankOf(decision: Decision | null | undefined): number {
  if (!decision) return -1;
  return VERDICTS.indexOf(decision.verdict) * SEVERITIES.length + SEVERITIES.indexOf(decision.severity);
}
