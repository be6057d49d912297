// Detection of a reply that repeats the event: an event may contain an answer for the model to
// repeat.

import { LlmFailure } from "./llm-failure.js";
import { NO_REASON, type Reply } from "./reply.js";

/**
 * Throws an `Error` if a reply that does not block repeats an answer from the event: one of the
 * `judged` texts mentions a verdict and contains the reply's reason, however it is quoted there.
 * This also rejects the reply of a model that quotes such an answer to explain why it ignores it. A
 * block that repeats the event stays one, but is unclean. Any other reply is returned as it is.
 *
 * @example
 * const reply = checkEcho(readReply(text), event.subject, event.line);
 */
export function checkEcho(reply: Reply, ...judged: readonly string[]): Reply {
  const words = unquoted(reply.reason === NO_REASON ? "" : reply.reason);
  if (!judged.some((text) => /verdict/i.test(text) && unquoted(text).includes(words))) return reply;
  if (reply.verdict === "block") return { ...reply, form: "unclean" };
  throw new LlmFailure("the reply repeats an answer from the event");
}

/** The text without white space, quotes and backslashes, which repeated quoting adds. */
function unquoted(text: string): string {
  return text.replace(/[\s\\"]+/g, "").toLowerCase();
}
