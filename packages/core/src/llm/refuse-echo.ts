// An answer that was in the evidence already: an event may hold one, for whoever judges it to repeat.

import { LlmFailure } from "./llm-failure.js";
import { NO_REASON, type Reply } from "./reply.js";

/**
 * Throws an `Error` for a reply that does not block an event and gives a reason in the event's own words: the texts that were judged
 * speak of a verdict and have the reply's reason in them, however it is quoted there. A model that explains why it refuses such an
 * answer repeats it too.
 */
export function refuseEcho({ verdict, reason }: Reply, ...judged: readonly string[]): void {
  if (verdict === "block") return;
  const words = unquoted(reason === NO_REASON ? "" : reason);
  if (judged.some((text) => /verdict/i.test(text) && unquoted(text).includes(words))) {
    throw new LlmFailure("the reply is one that stands in the event");
  }
}

/** Without what quoting a text, and quoting that again, adds to it. */
function unquoted(text: string): string {
  return text.replace(/[\s\\"]+/g, "").toLowerCase();
}
