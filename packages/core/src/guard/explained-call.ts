// Explains the event of a call as a guard judges it: also by the events that the call stands for.

import type { Explanation } from "../decision/explanation.js";
import type { SentryEvent } from "../events/event.js";
import type { Sentry } from "../sentry/sentry.js";
import { gravest } from "./gravest.js";
import type { ToolCallInput } from "./types.js";
import { wellKnownEvents } from "./well-known-events.js";

type Explains = Pick<Sentry, "explain">;

/** An envelope with a call, which has been read as an event: its members have the right types. */
interface CallEnvelope {
  readonly event: { readonly ToolCall: ToolCallInput };
  readonly identity?: SentryEvent["identity"];
}

/**
 * The explanations of the events that a call stands for. `call` is an explanation of kind
 * `ToolCall`, and `json` its event; for other kinds there are none. Throws a `RangeError` for a call
 * with too many files or addresses, which guards deny.
 */
export function explanationsOfCall(sentry: Explains, call: Explanation, json: string): Explanation[] {
  if (call.kind !== "ToolCall") return [];
  // As the engine reads it: a byte order mark may come first.
  const { event, identity } = JSON.parse(json.replace(/^\ufeff/, "")) as CallEnvelope;
  const events = wellKnownEvents(event.ToolCall).map((mapped) => ({ ...mapped, ...(identity && { identity }) }));
  return events.flatMap((mapped) => sentry.explain(mapped) ?? []);
}

/**
 * The explanation of the decision that counts for a guard: for a call of a well-known tool the
 * gravest one, on the call itself or on an event that it stands for. `null` for what is not an event.
 * Throws as {@link explanationsOfCall}.
 */
export function explainAsGuard(sentry: Explains, json: string): Explanation | null {
  const own = sentry.explain(json);
  if (own === null) return null;
  const all = [own, ...explanationsOfCall(sentry, own, json)];
  const worst = gravest(
    own.decision,
    all.map(({ decision }) => decision),
  );
  return all.find(({ decision }) => decision === worst) ?? own;
}
