// Blocks in replies that are not one clean JSON object: found wherever they are, in any form.

import type { Severity } from "../decision/decision.js";
import { isSeverity } from "../decision/decision.js";
import { stringMembers } from "./json-objects.js";

/** The most UTF-16 units of a reason that is read from broken JSON. */
const MAX_REASON_UNITS = 500;

/**
 * A word for the verdict, and a block directly after it: `"verdict": "block"`, `{\"Verdict\":
 * [\"BLOCKED\"`, `**Verdict:** block`. Each run of signs is passed once, so the time is linear.
 */
const MENTION = /(?:verdict|decision)[^\p{L}\p{N}]*block/iu;

/** The key of a verdict with its quotes and colon. */
const VERDICT_KEY = /verdict["'\\]+\s*:/i;

/** A reply of this one word. */
const BARE_WORD = /^[^\p{L}\p{N}]*block(?:ed)?[^\p{L}\p{N}]*$/iu;

/** An escaped character of JSON, and what changes how a word looks but not what it says. */
const ESCAPE = /(?<!\\)\\+u([0-9a-f]{4})/gi;
const HIDDEN = /\p{Cc}\[[\d;]*m|\p{Cf}/gu;

export interface Block {
  readonly severity: Severity;
  /** Empty if the reply gives none. */
  readonly reason: string;
}

/**
 * The block in a reply: in one of its `objects`, which are valid JSON, or in its text. `undefined`
 * if the reply does not say block.
 */
export function blockIn(text: string, objects: readonly string[]): Block | undefined {
  const object = objects.find(saysBlock);
  if (object !== undefined) return blockOf(object);
  const words = plain(text);
  const at = words.search(MENTION);
  // Other members may precede the verdict.
  const start = Math.max(words.lastIndexOf("{", at), 0);
  if (at >= 0) return { severity: severityAfter(words, start), reason: reasonAfter(words, start) };
  return BARE_WORD.test(words) ? { severity: "medium", reason: "" } : undefined;
}

/** Whether a text without valid objects mentions a block. */
export function mentionsBlock(text: string): boolean {
  return MENTION.test(plain(text));
}

/** Whether a text contains the key of a verdict, escaped or not. */
export function mentionsVerdict(text: string): boolean {
  return VERDICT_KEY.test(plain(text));
}

/** Whether a valid JSON object says block in any member but the reason. */
export function saysBlock(json: string): boolean {
  return stringMembers(json).some(
    ({ key, value }) =>
      value !== null &&
      (isVerdictKey(key) ? /^\P{L}*block/iu.test(plain(value)) : !isReason(key) && BARE_WORD.test(plain(value))),
  );
}

export function isVerdictKey(key: string): boolean {
  return key.trim().toLowerCase() === "verdict";
}

function isReason(key: string): boolean {
  return key.trim().toLowerCase() === "reason";
}

function blockOf(json: string): Block {
  const members = stringMembers(json);
  const severity = members.find(({ key }) => key === "severity")?.value;
  const reason = members.find(({ key }) => key === "reason")?.value;
  return { severity: isSeverity(severity) ? severity : "medium", reason: reason ?? "" };
}

/** The severity in broken JSON that begins at `at`. */
function severityAfter(text: string, at: number): Severity {
  const [, word] = /severity[^\p{L}\p{N}]*(\p{L}+)/iu.exec(text.slice(at)) ?? [];
  const severity = word?.toLowerCase();
  return isSeverity(severity) ? severity : "medium";
}

/** The reason in broken JSON that begins at `at`: up to a brace, or the end of the line. */
function reasonAfter(text: string, at: number): string {
  const key = text.indexOf("reason", at);
  if (key < 0) return "";
  const [rest = ""] = text.slice(key + "reason".length, key + MAX_REASON_UNITS).split(/[}\r\n]/, 1);
  return rest.replace(/^[^\p{L}\p{N}]+|[\s"'`\\,]+$/gu, "");
}

/**
 * The text without what may hide a word: `\u0062` becomes `b`, also where quoting has doubled the
 * backslash, and colours of a terminal and invisible characters are left out.
 */
function plain(text: string): string {
  return text
    .replace(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(HIDDEN, "");
}
