// The audit lines of guards: outcomes that are not a plain allow, what people decided, and what
// servers of MCP changed. Field names are an interface.

import { Buffer } from "node:buffer";
import type { GuardOutcome } from "@a3s-sentry/core";
import { truncateUtf8 } from "@a3s-sentry/core/host";
import { decisionText, lineEnd, lineStart } from "../../daemon/audit/audit-line.js";
import type { BatchedWriter } from "../../daemon/audit/batched-writer.js";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import type { Answer, OpenTicket } from "../approvals.js";
import { type GuardRequest, subjectOf } from "./request.js";

/** As much of a subject as an audit line shows, in bytes, and as is searched for secrets, in units. */
const SUBJECT_BYTES = 300;
const SEARCHED = 4096;

/** Who answered a question, as their command says. */
export interface AnsweredBy {
  readonly user: string;
  readonly uid: number | undefined;
  /** The user before `sudo`. */
  readonly sudoUser?: string;
}

export class GuardAudit {
  readonly #writer: BatchedWriter;
  readonly #now: () => Date;

  constructor(writer: BatchedWriter, now: () => Date) {
    this.#writer = writer;
    this.#now = now;
  }

  /** Why lines cannot be written any more. */
  get error(): Error | undefined {
    return this.#writer.error;
  }

  get lost(): number {
    return this.#writer.lost;
  }

  /** Adds the line of an outcome, unless it is a plain allow. */
  outcome(request: GuardRequest, outcome: GuardOutcome, withoutSecrets: (text: string) => string): void {
    const { decision, outcome: word, revision, ticket } = outcome;
    const wouldBe = outcome.outcome === "allow" ? outcome.wouldBe : undefined;
    if (word === "allow" && wouldBe === undefined && decision.verdict === "allow" && decision.severity === "info") {
      return;
    }
    const { event, text } = subjectOf(request);
    const subject = truncateUtf8(withoutSecrets(text.slice(0, SEARCHED)), SUBJECT_BYTES);
    const head = members({ agent: request.agent, event, subject });
    const { action: _, ...shown } = decision;
    const { session, host, uid } = request;
    const tail = members({
      outcome: word,
      would_be: wouldBe,
      ticket,
      session,
      host,
      uid,
      revision,
      time: this.#time(),
    });
    this.#add(lineStart(head, decisionText(shown), "") + lineEnd(tail));
  }

  /** Adds the line of an answer, and resolves when it is written. Rejects if it cannot be. */
  async answer(ticket: OpenTicket, answer: Answer, by: AnsweredBy): Promise<void> {
    const approval = answer.kind === "deny" ? "denied" : "approved";
    const seconds = answer.kind === "for" ? answer.seconds : undefined;
    const { user, uid, sudoUser } = by;
    this.#approval(ticket, { approval, for_s: seconds, by: { user, uid, sudo_user: sudoUser } });
    await this.#writer.flush();
    if (this.#writer.error !== undefined) throw this.#writer.error;
  }

  /** Adds the line of a question that nobody answered. */
  expired(ticket: OpenTicket): void {
    this.#approval(ticket, { approval: "expired" });
  }

  /** Adds the line of an answer that a person gave in the form of an MCP client. */
  answeredByForm(server: string, ticket: string, message: string, approval: "approved" | "denied" | "expired"): void {
    const by = approval === "expired" ? undefined : "form";
    this.#add(`{${members({ approval, by, ticket, message, server, host: "mcp", time: this.#time() })}}\n`);
  }

  /** Adds the line of a server of MCP that says something else of itself or of a tool than before. */
  changed(server: string, { what, tool }: { readonly what: string; readonly tool?: string }): void {
    this.#add(`{${members({ changed: what, server, tool, host: "mcp", time: this.#time() })}}\n`);
  }

  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  #approval({ ticket, request, what: shown }: OpenTicket, what: object): void {
    const { message, agent, session, host } = request;
    const subject = truncateUtf8(shown, SUBJECT_BYTES);
    this.#add(`{${members({ ...what, ticket, subject, message, agent, session, host, time: this.#time() })}}\n`);
  }

  #time(): string {
    return this.#now().toISOString();
  }

  #add(line: string): void {
    this.#writer.add(Buffer.from(line));
  }
}

/** The members of a JSON object, without its braces. Undefined ones are left out. */
function members(record: object): string {
  return escapeTerminalJson(JSON.stringify(record).slice(1, -1));
}
