// Shows the parts of events and texts that a person needs to understand a decision, without secrets.

import { Buffer } from "node:buffer";
import type { EventJson, EventStream, Redaction, Sentry, StreamLine } from "@a3s-sentry/core";

/** UTF-16 units of a text around what a rule matched. */
const AROUND = 60;
/** The most UTF-16 units that are shown of what a rule matched. */
const MAX_MATCHED = 200;
const MAX_NAME = 100;
/** More than is searched for secrets. */
const SEARCHED = 8192;

export class Excerpts {
  readonly #sentry: Sentry;
  #stream: EventStream<StreamLine>;

  constructor(sentry: Sentry) {
    this.#sentry = sentry;
    this.#stream = sentry.createStream({ lines: "all" });
  }

  /** The kind and the subject of an event as audit lines show them: at most 300 bytes. */
  ofEvent(line: string): { readonly kind: string; readonly subject: string } {
    const items = this.#stream.push(Buffer.from(`${line}\n`));
    // A damaged line may have several events.
    const item = items.find((found) => "decision" in found && found.decision.verdict !== "allow");
    const head = item !== undefined && "head" in item ? item.head : "";
    const { event = "event", subject = "" } = JSON.parse(`{${head}}`) as { event?: string; subject?: string };
    return { kind: event, subject };
  }

  /** The name of a tool, or the id of a session. */
  ofName(name: string): string {
    // Masked before it is cut, which would leave a part of a secret that no pattern knows.
    return this.#sentry.withoutSecrets(name.slice(0, SEARCHED)).slice(0, MAX_NAME);
  }

  /** The part of a text that the deciding rule matched, and what is around it. */
  ofText(event: EventJson, text: string, redactions: readonly Redaction[]): string {
    const explanation = this.#sentry.explain(event);
    const span = explanation?.span ?? { start: 0, end: 0 };
    const isMasked = redactions.some(({ start, end }) => start < span.end && span.start < end);
    // A rule on secrets may know one that the gate does not.
    const isHidden = explanation?.decision.risk?.category === "secret_exfil" && !isMasked;
    const from = Math.max(0, span.start - AROUND);
    if (isHidden) return `${masked(text, from, span.start, redactions)}(a secret, not shown)`;
    return masked(text, from, Math.min(span.end, span.start + MAX_MATCHED) + AROUND, redactions);
  }

  close(): void {
    this.#stream.close();
  }
}

/** A part of a text, with placeholders for all secrets that it touches. */
function masked(text: string, from: number, to: number, redactions: readonly Redaction[]): string {
  let out = from > 0 ? "…" : "";
  let at = from;
  for (const { start, end, placeholder } of redactions) {
    if (end <= from || start >= to) continue;
    out += text.slice(at, Math.max(at, start)) + placeholder;
    at = end;
  }
  return out + text.slice(at, to) + (to < text.length ? "…" : "");
}
