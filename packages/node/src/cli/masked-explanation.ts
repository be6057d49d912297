// Takes the secrets of an event out of its explanation, which people copy into tickets and logs.

import type { Redaction, Sentry } from "@a3s-sentry/core";
import type { EnforcedExplanation } from "./explain-text.js";
import { CliError } from "./io.js";

/** A kind of secret that stays in commands: it may say where data was sent. */
const READABLE = "email";
/** Each is looked for in all texts of the explanation. */
const MAX_SECRETS = 1000;

/** A part of a subject, in UTF-16 units. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The explanation with placeholders for the secrets of the event. Its spans are those in the subject
 * as it is shown. Rejects with an `Error` if the search for secrets fails or finds too many.
 */
export async function maskedExplanation(
  explanation: EnforcedExplanation,
  sentry: Pick<Sentry, "inspectWire">,
): Promise<EnforcedExplanation> {
  const { subject, kind, span, rules, commands, standsFor } = explanation;
  const wire = await sentry.inspectWire(subject, "request");
  // Throws if the search has failed.
  wire.apply(subject);
  const redactions = wire.redactions.filter((one) => kind === "SslContent" || one.kind !== READABLE);
  if (redactions.length === 0) return explanation;
  if (redactions.length > MAX_SECRETS) {
    throw new CliError(`the explanation is not shown, since the event has more than ${MAX_SECRETS} secrets`);
  }
  const placeholders = new Map(
    redactions.map(({ start, end, placeholder }) => [subject.slice(start, end), placeholder]),
  );
  const shown = maskedSubject(subject, redactions);
  const at = span && movedSpan(span, redactions);
  return {
    ...explanation,
    subject: shown,
    ...(at && { span: at, matched: shown.slice(at.start, at.end) }),
    rules: rules.map((rule) => (rule.span ? { ...rule, span: movedSpan(rule.span, redactions) } : rule)),
    ...(commands && { commands: withPlaceholders(commands, placeholders) }),
    ...(standsFor && { standsFor: withPlaceholders(standsFor, placeholders) }),
  };
}

function maskedSubject(subject: string, redactions: readonly Redaction[]): string {
  let masked = "";
  let from = 0;
  for (const { start, end, placeholder } of redactions) {
    masked += subject.slice(from, start) + placeholder;
    from = end;
  }
  return masked + subject.slice(from);
}

/** The span in the masked subject. One that begins or ends in a secret has its whole placeholder. */
function movedSpan({ start, end }: Span, redactions: readonly Redaction[]): Span {
  return { start: moved(start, "start", redactions), end: moved(end, "end", redactions) };
}

function moved(place: number, edge: "start" | "end", redactions: readonly Redaction[]): number {
  let by = 0;
  for (const { start, end, placeholder } of redactions) {
    if (place <= start) break;
    if (place < end) return start + by + (edge === "start" ? 0 : placeholder.length);
    by += placeholder.length - (end - start);
  }
  return place + by;
}

/** The value with placeholders in all of its texts. */
function withPlaceholders<T>(value: T, placeholders: ReadonlyMap<string, string>): T {
  const masked = (_: string, one: unknown): unknown => {
    if (typeof one !== "string") return one;
    let text = one;
    for (const [secret, placeholder] of placeholders) text = text.replaceAll(secret, () => placeholder);
    return text;
  };
  return JSON.parse(JSON.stringify(value), masked);
}
