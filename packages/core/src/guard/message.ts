// The texts of outcomes, for the model and for the person. They have the rule's reason and never its
// pattern or the place that matched, which would show how to avoid the rule.

import type { Decision } from "../decision/decision.js";
import { messageOf } from "../util/error.js";
import type { Subject } from "./subject.js";
import { withoutControls } from "./without-controls.js";

/** The most UTF-16 units of a reason: that of a tier may be any text. */
const MAX_REASON = 300;
/** The most UTF-16 units of a call that a person is shown. */
const MAX_SHOWN = 600;
const MAX_NAME = 80;

/** Replaces the secrets in the first 4 KiB of a text, and leaves out the rest of it. */
export type Mask = (text: string) => string;
/** More than a mask looks at, in UTF-16 units. */
const MASKED = 8192;

/** For the model: what was blocked, why, and what to do instead. */
export function denyMessage(what: string, { reason }: Decision, mask: Mask): string {
  return (
    `${what} was blocked by the security policy (${withoutSecrets(reason, MAX_REASON, mask)}). ` +
    "Do not try to get the same effect in another way. Continue without it, " +
    "or ask the user to do this step or to change the policy."
  );
}

/** For the person and the model: what waits, and why. */
export function askMessage({ what, shown }: Subject, { reason }: Decision, mask: Mask): string {
  const why = withoutSecrets(reason, MAX_REASON, mask);
  return `${what()} needs a person's approval (${why}): ${withoutSecrets(shown(), MAX_SHOWN, mask)}`;
}

/** Masked before it is cut, which would leave a part of a secret that no pattern knows. */
function withoutSecrets(text: string, most: number, mask: Mask): string {
  const masked = mask(text.slice(0, MASKED));
  const rest = text.length > most ? `… (${text.length - most} more)` : "";
  return oneLine(rest === "" ? masked : masked.slice(0, most), Number.POSITIVE_INFINITY) + rest;
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

/** Most texts: they have no controls. */
const PRINTABLE_ASCII = /^[ -~]*$/;

function oneLine(text: string, most: number): string {
  const cut = text.slice(0, most);
  const start = PRINTABLE_ASCII.test(cut) ? cut : withoutControls(cut);
  return text.length > most ? `${start}… (${text.length - most} more)` : start;
}
