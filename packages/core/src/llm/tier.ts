// L2: a model behind an OpenAI-compatible endpoint classifies an event.

import type { Llm } from "../generated/wire.js";
import { naturalDeny } from "../pipeline/natural-deny.js";
import type { Judge, JudgedEvent, TierDecision } from "../pipeline/tier.js";
import { checkEcho } from "./check-echo.js";
import { type ChatClient, type ChatCompletion, chatClient } from "./client.js";
import { withDeadline } from "./deadline.js";
import { fence } from "./fence.js";
import { failureOf, LlmFailure } from "./llm-failure.js";
import { SYSTEM_TEXT, userText } from "./prompt.js";
import { readReply } from "./reply.js";
import { withoutKey } from "./without-key.js";

/**
 * The L2 tier for an endpoint. Its answers have the tier `"Llm"` and the reason `"L2: …"`; a block
 * denies the event's target, unless it is unclean. A failure, or no reply within `timeoutS` seconds, is an escalation
 * `"L2 unavailable: …"` of severity medium. It rejects only if the caller's signal aborts, with the
 * signal's reason.
 *
 * Throws a `TypeError` for an invalid URL, for a key that a header cannot hold, and for a `keyFile`:
 * the caller reads it.
 *
 * @example
 * const l2 = llmTier({ url: "http://127.0.0.1:8080/v1", model: "m", key: null, timeoutS: 30 });
 * const sentry = await Sentry.create("", { tiers: { l2 } });
 */
export function llmTier(settings: Readonly<Llm>): Judge {
  if (settings.keyFile !== undefined) {
    throw new TypeError("the key of L2 is in a file: read it, and give it as `key` without `keyFile`");
  }
  const client = chatClient(settings);
  return {
    tier: "Llm",
    async judge(event, { signal }) {
      try {
        return await withDeadline(settings.timeoutS, signal, (both) => classify(client, settings, event, both));
      } catch (error) {
        signal.throwIfAborted();
        return { verdict: "escalate", severity: "medium", reason: `L2 unavailable: ${failureOf(error)}` };
      }
    },
  };
}

async function classify(
  client: ChatClient,
  { model, key }: Readonly<Llm>,
  event: JudgedEvent,
  signal: AbortSignal,
): Promise<TierDecision> {
  const messages = [
    { role: "system", content: SYSTEM_TEXT },
    { role: "user", content: userText(event, fence()) },
  ] as const;
  const completion: unknown = await client.complete({ model, messages, temperature: 0 }, { signal });
  const reply = checkEcho(readReply(contentOf(completion)), event.subject, event.line);
  const { verdict, severity, reason, form } = reply;
  const action = verdict === "block" && form === "clean" ? naturalDeny(event) : undefined;
  return {
    verdict,
    tier: "Llm",
    severity,
    reason: `L2: ${withoutKey(reason, key)}`,
    ...(action === undefined ? {} : { action }),
  };
}

/** The text of a completion, which may be any value. */
function contentOf(completion: unknown): string {
  const content: unknown = (completion as Partial<ChatCompletion> | null | undefined)?.choices?.[0]?.message?.content;
  if (typeof content !== "string") throw new LlmFailure("its reply is not a chat completion with a text");
  return content;
}
