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
import { given } from "@a3s-sentry/core/host";
import { Excerpts } from "./excerpts.js";
import type { Findings, Session } from "./findings.js";
import type { JudgedCall, JudgedCalls, Worst } from "./judged-calls.js";
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
  /** None where an equal call is judged in its place. */
  readonly count: number;
  readonly call?: JudgedCall | undefined;
}

const VERDICTS: readonly Verdict[] = ["allow", "escalate", "block"];
const SEVERITIES: readonly Severity[] = ["info", "low", "medium", "high", "critical"];
const NONE: readonly string[] = [];
/** No rule reads the process id. */
const PID = 0;
/** What `withoutSecrets` searches. */
const SEARCHED_UNITS = 4096;

/** What a guard does with a call that it cannot read. */
const UNREADABLE: Worst = {
  decision: {
    verdict: "block",
    tier: "Rules",
    severity: "high",
    reason: "the call cannot be judged: it has no name, too many files or addresses, or arguments that are too deep",
    evidence: "partial",
  },
  line: "",
  shown: { kind: "", subject: "" },
};

export class RecordJudge {
  readonly #sentry: Sentry;
  readonly #findings: Findings;
  readonly #excerpts: Excerpts;
  readonly #judged: JudgedCalls;

  /** `judged` are the calls that the same sentry has judged before. */
  constructor(sentry: Sentry, findings: Findings, judged: JudgedCalls) {
    this.#sentry = sentry;
    this.#findings = findings;
    this.#excerpts = new Excerpts(sentry);
    this.#judged = judged;
  }

  /** Judges a batch. */
  async judge(batch: readonly Placed[]): Promise<void> {
    const lines: string[] = [];
    const lined: Lined[] = [];
    for (const placed of batch) {
      const { recorded } = placed;
      const before = lines.length;
      if (recorded.kind === "event") {
        lines.push(recorded.line);
        lined.push({ placed, count: 1 });
      } else if (recorded.kind === "call") {
        const { call, isNew } = this.#judged.of(recorded);
        if (isNew && !addCall(recorded, placed.session, lines)) call.worst = UNREADABLE;
        call.itself = isNew ? lines[before] : call.itself;
        lined.push({ placed, count: lines.length - before, call });
      }
    }
    this.#judgeLines(lines, lined);
    let at = 0;
    for (const placed of batch) {
      const { recorded } = placed;
      if (recorded.kind === "prompt" || recorded.kind === "result") {
        await this.#judgeText(recorded.text, recorded.kind === "prompt", placed);
        continue;
      }
      const call = lined[at++]?.call;
      if (call === undefined) continue;
      // Without `await` for a call that has none: nearly all.
      call.secrets ??= this.#mayHaveSecrets(call.itself ?? "") ? await this.#secretsIn(call.itself ?? "") : NONE;
      call.itself = undefined;
      for (const kind of call.secrets) this.#findings.secret(placed.session, kind, "calls", placed.place);
    }
  }

  /** A name that a transcript chose, without secrets. */
  nameShown(name: string): string {
    return this.#excerpts.ofName(name);
  }

  close(): void {
    this.#excerpts.close();
  }

  #judgeLines(lines: readonly string[], lined: readonly Lined[]): void {
    const decisions = lines.length === 0 ? [] : this.#sentry.classifyLines(Buffer.from(lines.join("\n")));
    let at = 0;
    for (const { placed, count, call } of lined) {
      let worst = at;
      for (let next = at + 1; next < at + count; next++) {
        if (rankOf(decisions[next]) > rankOf(decisions[worst])) worst = next;
      }
      const decision = decisions[worst] ?? null;
      const own = { decision, line: decision === null || decision.verdict === "allow" ? "" : (lines[worst] ?? "") };
      if (call !== undefined && count > 0) call.worst = own;
      this.#take(placed, call?.worst ?? own);
      at += count;
    }
  }

  #take({ recorded, session, place }: Placed, worst: Worst): void {
    const { decision } = worst;
    const tool = recorded.kind === "call" ? recorded.call.tool : undefined;
    if (tool === undefined && decision === null) {
      this.#findings.skip("unknown", place);
      return;
    }
    this.#findings.add(session, tool === undefined ? "events" : "calls");
    if (decision === null || decision.verdict === "allow") return;
    this.#findings.find(session, decision, place, () => {
      worst.shown ??= this.#excerpts.ofEvent(worst.line);
      const { kind, subject } = worst.shown;
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

  /** The kinds of the secrets in a call. E-mail addresses say where data is sent. */
  async #secretsIn(text: string): Promise<readonly string[]> {
    const { redactions } = await this.#sentry.inspectWire(text, "request");
    return redactions.map(({ kind }) => kind).filter((kind) => kind !== "email");
  }
}

/** Adds the lines of a call: itself, and the events that it stands for. `false` for a call that cannot be read. */
function addCall({ call, line, identity }: RecordedCall, session: Session, lines: string[]): boolean {
  const before = lines.length;
  try {
    const { tool, args = null, server, cwd, pid } = call;
    const own = given({ server, cwd, pid, session: session.session ?? undefined });
    const start = identity === undefined ? session.identity : `{"identity":${JSON.stringify(identity)},`;
    lines.push(line ?? toolCall(tool, args, own));
    for (const event of wellKnownEvents(call)) lines.push(`${start}${JSON.stringify(event).slice(1)}`);
    return true;
  } catch {
    lines.length = before;
    return false;
  }
}

function rankOf(decision: Decision | null | undefined): number {
  if (!decision) return -1;
  return VERDICTS.indexOf(decision.verdict) * SEVERITIES.length + SEVERITIES.indexOf(decision.severity);
}
