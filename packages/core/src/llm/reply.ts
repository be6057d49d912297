// The verdict in a model's reply.

import { isSeverity, isVerdict, type Severity, type Verdict } from "../decision/decision.js";
import { LlmFailure } from "./llm-failure.js";

/** So many stretches in braces are looked at: who writes more is not answering. */
const MAX_STRETCHES = 100;

/** The reason of a reply that gives none. */
export const NO_REASON = "no reason given";

/** What a model says of an event. */
export interface Reply {
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** The model's own words: of any length, and as untrusted as what it has read. */
  readonly reason: string;
}

/**
 * Reads the one JSON object in a reply, which prose or code fences may surround, or thoughts (`<think>…</think>`) precede. A severity
 * that is none is medium. Throws an `Error` that says what is wrong, and repeats nothing of the reply: no object, several, a verdict
 * that is not `"allow"`, `"block"` or `"escalate"`. Takes time linear in the text's length.
 *
 * @example
 * readReply('Sure: {"verdict":"block","severity":"high","reason":"reads keys"}').verdict; // "block"
 */
export function readReply(text: string): Reply {
  const said = withoutThoughts(text);
  const objects = objectsIn(said).flatMap((source) => parsed(source) ?? []);
  const [found] = objects;
  if (found === undefined) throw new LlmFailure("the reply holds no JSON object");
  if (objects.length > 1) throw new LlmFailure("the reply holds several JSON objects");
  const { verdict, severity, reason } = found;
  if (!isVerdict(verdict)) throw new LlmFailure("the reply has no `verdict` of `allow`, `block` or `escalate`");
  // Of two in one object a parser takes the last; the other may also stand in an object that was never finished.
  if ((said.match(/"verdict"\s*:/g) ?? []).length > 1) throw new LlmFailure("the reply has several verdicts");
  return {
    verdict,
    severity: isSeverity(severity) ? severity : "medium",
    reason: typeof reason === "string" && reason.trim() !== "" ? reason : NO_REASON,
  };
}

/** Thoughts may hold drafts of an answer. Those without an end are all that there is. */
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
 * The outermost stretches from a brace to the one that closes it; braces in strings do not count. Reading what is no JSON takes a
 * parser much longer than finding it, hence the limit.
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
      if (found.length > MAX_STRETCHES) throw new LlmFailure("the reply holds more braces than an answer");
    }
  }
  return found;
}
