// The texts of outcomes, for the model and for the person. They have the rule's reason and never its
// pattern or the place that matched, which would show how to avoid the rule.

import type { Decision } from "../decision/decision.js";
import { messageOf } from "../util/error.js";
import type { Subject } from "./subject.js";

/** The most UTF-16 units of a reason: that of a tier may be any text. */
const MAX_REASON = 300;
/** The most UTF-16 units of a call that a person is shown. */
const MAX_SHOWN = 600;
const MAX_NAME = 80;

/** For the model: what was blocked, why, and what to do instead. */
export function denyMessage(what: string, { reason }: Decision): string {
  return (
    `${what} was blocked by the security policy (${oneLine(reason, MAX_REASON)}). ` +
    "Do not try to get the same effect in another way. Continue without it, " +
    "or ask the user to do this step or to change the policy."
  );
}

/** For the person and the model: what waits, and why. */
export function askMessage({ what, shown }: Subject, { reason }: Decision): string {
  return `${what()} needs a person's approval (${oneLine(reason, MAX_REASON)}): ${oneLine(shown, MAX_SHOWN)}`;
}

export function failureReason(error: unknown): string {
  try {
    return `the guard failed: ${oneLine(messageOf(error), MAX_REASON)}`;
  } catch {
    // A hostile value was thrown, whose message cannot be read.
    return "the guard failed";
  }
}

/** The name of a tool, which a model may have chosen. */
export function shownName(tool: string): string {
  return oneLine(tool, MAX_NAME).replaceAll("`", "'");
}

/** Controls of terminals and of the direction of text, which could hide or forge what is shown. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function oneLine(text: string, most: number): string {
  const start = text.slice(0, most).replaceAll(CONTROLS, (char) => {
    const digits = (char.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return `\\u{${digits}}`;
  });
  return text.length > most ? `${start}… (${text.length - most} more)` : start;
}
