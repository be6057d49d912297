// The verdict in a model's reply.

import { isSeverity, isVerdict, type Severity, type Verdict } from "../decision/decision.js";
import { blockIn, isVerdictKey, mentionsBlock, mentionsVerdict, saysBlock } from "./block-mention.js";
import { objectsIn, stringMembers } from "./json-objects.js";
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
  /**
   * `"unclean"` for a block in a reply that is not one JSON object with one verdict, or that repeats
   * the event. It may be someone else's, so deny nothing for it.
   */
  readonly form: "clean" | "unclean";
}

/**
 * Reads the JSON object in a reply. Prose or code fences may surround it, and `<think>…</think>`
 * may precede it. An invalid severity becomes medium. Keys count after parsing: `"verd\u0069ct"` is
 * a verdict.
 *
 * A reply with no such object, with several, or with several verdicts is an unclean block if any of
 * them says block, in any case and form (`"BLOCK"`, broken JSON): quoting an event must not turn a
 * block into a failure. Otherwise it throws an `Error`, whose message has no text of the reply. Runs
 * in time linear in the text's length.
 *
 * An object with `"form": "unclean"` is unclean, so a `Reply` that is printed as JSON is read as it
 * was.
 *
 * @example
 * readReply('Sure: {"verdict":"block","severity":"high","reason":"reads keys"}').verdict; // "block"
 */
export function readReply(text: string): Reply {
  const answer = withoutThoughts(text);
  const texts = objectsIn(answer, MAX_OBJECTS);
  const objects = texts.flatMap((source) => parsed(source) ?? []);
  try {
    if (texts.length > MAX_OBJECTS) throw new LlmFailure("the reply has too many braces for an answer");
    return cleanReply(answer, objects);
  } catch (error) {
    const sources = objects.map(({ source }) => source);
    const block = blockIn(answer, sources);
    if (block === undefined) throw error;
    return { verdict: "block", severity: block.severity, reason: block.reason || NO_REASON, form: "unclean" };
  }
}

/** Throws an `LlmFailure` unless the reply has one object with one verdict. */
function cleanReply(answer: string, objects: readonly Parsed[]): Reply {
  const [found] = objects;
  if (found === undefined) throw new LlmFailure("the reply has no JSON object");
  if (objects.length > 1) throw new LlmFailure("the reply has several JSON objects");
  const { verdict, severity, reason, form } = found.value;
  if (!isVerdict(verdict)) throw new LlmFailure("the reply has no `verdict` of `allow`, `block` or `escalate`");
  // A parser takes the last of two verdicts in one object; another one may also be in an unfinished
  // object.
  const around = answer.split(found.source);
  const verdicts = stringMembers(found.source).filter(({ key }) => isVerdictKey(key)).length;
  const contradicts = verdict !== "block" && (saysBlock(found.source) || around.some(mentionsBlock));
  if (verdicts > 1 || around.length !== 2 || around.some(mentionsVerdict) || contradicts) {
    throw new LlmFailure("the reply has several verdicts");
  }
  return {
    verdict,
    severity: isSeverity(severity) ? severity : "medium",
    reason: typeof reason === "string" && reason.trim() !== "" ? reason : NO_REASON,
    form: verdict === "block" && form === "unclean" ? "unclean" : "clean",
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

/** A valid JSON object, and its text. */
interface Parsed {
  readonly source: string;
  readonly value: { readonly [Field in keyof Reply]?: unknown };
}

function parsed(source: string): Parsed | undefined {
  try {
    return { source, value: JSON.parse(source) };
  } catch {
    return undefined;
  }
}
