// The verdict in a model's reply.

import { isSeverity, isVerdict, type Severity, type Verdict } from "../decision/decision.js";
import { LlmFailure } from "./llm-failure.js";

/** The most texts in braces that are read: a reply with more is not an answer. */
const MAX_OBJECTS = 100;

/** The reason of a reply without one. */
export const NO_REASON = "no reason given";

/** A model's answer on an event. */
export interface Reply {
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** The model's own text, of any length and as untrusted as the text that it has read. */
  readonly reason: string;
}

/**
 * Reads the JSON object in a reply. Prose or code fences may surround it, and `<think>…</think>`
 * may precede it. An invalid severity becomes medium. Throws an `Error`, whose message has no text
 * of the reply, if there is no object, more than one, or a verdict that is not `"allow"`, `"block"`
 * or `"escalate"`. Runs in time linear in the text's length.
 *
 * @example
 * readReply('Sure: {"verdict":"block","severity":"high","reason":"reads keys"}').verdict; // "block"
 */
export function readReply(text: string): Reply {
  const answer = withoutThoughts(text);
  const objects = objectsIn(answer).flatMap((source) => parsed(source) ?? []);
  const [found] = objects;
  if (found === undefined) throw new LlmFailure("the reply has no JSON object");
  if (objects.length > 1) throw new LlmFailure("the reply has several JSON objects");
  const { verdict, severity, reason } = found;
  if (!isVerdict(verdict)) throw new LlmFailure("the reply has no `verdict` of `allow`, `block` or `escalate`");
  // A parser takes the last of two verdicts in one object; the other one may also be in an
  // unfinished object.
  if ((answer.match(/"verdict"\s*:/g) ?? []).length > 1) throw new LlmFailure("the reply has several verdicts");
  return {
    verdict,
    severity: isSeverity(severity) ? severity : "medium",
    reason: typeof reason === "string" && reason.trim() !== "" ? reason : NO_REASON,
  };
}

/**
 * The reply without its thoughts, which may contain drafts of an answer. Unfinished thoughts are
 * the whole reply.
 */
function withoutThoughts(text: string): string {
  if (!text.trimStart().startsWith("<think>")) return text;
  const end = text.indexOf("</think>");
  return end < 0 ? "" : text.slice(end);
}

interface Parsed {
  readonly verdict?: unknown;
  readonly severity?: unknown;
  readonly reason?: unknown;
}

function parsed(source: string): Parsed | undefined {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/**
 * The outermost texts from a brace to its closing brace; braces in strings do not count. The limit
 * is there because parsing invalid JSON takes much longer than finding it.
 */
function objectsIn(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text[i];
    if (inString) {
      if (unit === "\\") i++;
      else if (unit === '"') inString = false;
    } else if (unit === '"' && depth > 0) inString = true;
    else if (unit === "{") {
      if (depth === 0) start = i;
      depth++;
    } else if (unit === "}" && depth > 0) {
      depth--;
      if (depth === 0) found.push(text.slice(start, i + 1));
      if (found.length > MAX_OBJECTS) throw new LlmFailure("the reply has too many braces for an answer");
    }
  }
  return found;
}
