// Language-model middleware of the AI SDK: prompts are judged and masked, answers are restored.

import type { InspectOptions } from "../redact/gate.js";
import type { Sentry } from "../sentry/sentry.js";
import { masked, type NumberOf, numbering, type PromptSecrets } from "./masked-prompt.js";
import { PromptBlocked } from "./prompt-blocked.js";
import { isMembers, type Members, withTexts } from "./prompt-texts.js";
import { type AnswerOptions, AnswerParts } from "./restored-answer.js";
import { restoredStream } from "./restored-stream.js";

/** What the middleware uses of a sentry, of this package or of the Node.js package. */
export type GateSentry = Pick<Sentry, "inspectWire" | "withoutSecrets" | "policy">;

/** Options of {@link sentryMiddleware}. */
export interface MiddlewareOptions extends Pick<InspectOptions, "agent"> {
  /** What is restored in answers. Default: all secrets, in texts and reasoning, not in inputs of tools. */
  readonly restore?: AnswerOptions;
}

/** A call of a model, as the AI SDK gives it to middleware. */
interface WrappedCall<Params, Model> {
  readonly params: Params;
  readonly model: Model;
}

/** The middleware of {@link sentryMiddleware}, for `wrapLanguageModel` of the AI SDK 6 and 7. */
export interface SentryMiddleware {
  /** The AI SDK 7 takes this version too. */
  readonly specificationVersion: "v3";
  wrapGenerate<Params, Result>(
    call: WrappedCall<Params, { doGenerate(params: Params): PromiseLike<Result> }>,
  ): Promise<Result>;
  wrapStream<Params, Result>(
    call: WrappedCall<Params, { doStream(params: Params): PromiseLike<Result> }>,
  ): Promise<Result>;
}

/**
 * Middleware for `wrapLanguageModel`: the gate judges each prompt and masks its secrets before the
 * model's provider gets it, and restores them in the answer, also in a streamed one. A prompt that
 * the policy blocks, or that cannot be judged or masked, is not sent: a {@link PromptBlocked}. A dry
 * run of the policy lets blocked prompts pass, masked.
 *
 * A secret has the same placeholder in all calls of one middleware, and is masked wherever the
 * conversation has it.
 *
 * Throws a `TypeError` for what is no sentry.
 *
 * @example
 * const guarded = wrapLanguageModel({ model, middleware: sentryMiddleware(sentry) });
 * const { text } = await generateText({ model: guarded, prompt: "Draft a mail to ada@example.org" });
 */
export function sentryMiddleware(sentry: GateSentry, options: MiddlewareOptions = {}): SentryMiddleware {
  if (typeof sentry?.inspectWire !== "function") throw new TypeError("`sentry` must be a sentry: `Sentry.create()`");
  const { restore = {}, ...inspect } = options;
  const gate = { sentry, inspect, numberOf: numbering() };
  return {
    specificationVersion: "v3",
    async wrapGenerate<Params, Result>({
      params,
      model,
    }: WrappedCall<Params, { doGenerate(params: Params): PromiseLike<Result> }>) {
      const { sent, secrets } = await passed(params, gate);
      const result = await model.doGenerate(sent);
      if (secrets.size === 0) return result;
      const answer = new AnswerParts(secrets, restore, textFormOf(params));
      const { content, structuredOutputText } = result as Members;
      return {
        ...result,
        content: (content as Members[]).map((part) => answer.whole(part)),
        ...(structuredOutputText !== undefined && { structuredOutputText: answer.text(structuredOutputText) }),
      };
    },
    async wrapStream<Params, Result>({
      params,
      model,
    }: WrappedCall<Params, { doStream(params: Params): PromiseLike<Result> }>) {
      const { sent, secrets } = await passed(params, gate);
      const result = await model.doStream(sent);
      if (secrets.size === 0) return result;
      const answer = new AnswerParts(secrets, restore, textFormOf(params));
      return { ...result, stream: restoredStream((result as Members).stream as ReadableStream<unknown>, answer) };
    },
  };
}

interface PromptGate {
  readonly sentry: GateSentry;
  readonly inspect: Omit<InspectOptions, "signal">;
  readonly numberOf: NumberOf;
}

interface Passed<Params> {
  readonly sent: Params;
  readonly secrets: PromptSecrets;
}

/** The options of a call without secrets. Rejects with a {@link PromptBlocked}, or the signal's reason. */
async function passed<Params>(params: Params, gate: PromptGate): Promise<Passed<Params>> {
  const signal = isMembers(params) ? (params.abortSignal as AbortSignal | undefined) : undefined;
  try {
    return await inspected(params as Members & Params, signal, gate);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PromptBlocked) throw error;
    // Without the error, which may have a secret.
    throw new PromptBlocked("the prompt was not sent to the model: it could not be judged and masked");
  }
}

async function inspected<Params extends Members>(
  params: Params,
  signal: AbortSignal | undefined,
  { sentry, inspect, numberOf }: PromptGate,
): Promise<Passed<Params>> {
  const texts: string[] = [];
  withTexts(params, (value) => {
    // `undefined` for what has no JSON, such as a function: it is not sent either.
    texts.push(JSON.stringify(value) ?? "null");
    return value;
  });
  const body = `[${texts.join(",")}]`;
  const wire = await sentry.inspectWire(body, "request", { ...inspect, ...(signal !== undefined && { signal }) });
  if (wire.blocked && !sentry.policy.dryRun) {
    const reason = sentry.withoutSecrets(wire.decision.reason);
    throw new PromptBlocked(`the prompt was blocked by the security policy (${reason})`, wire.decision);
  }
  // Throws if the search for secrets failed.
  wire.apply(body);
  const { body: sentBody, secrets } = await masked(body, wire.redactions, numberOf);
  if (secrets.size === 0) return { sent: params, secrets };
  const values = JSON.parse(sentBody) as unknown[];
  if (!Array.isArray(values) || values.length !== texts.length) throw new Error("the masked prompt has other texts");
  let next = 0;
  const sent = withTexts(params, (value) => {
    const index = next++;
    const changed = values[index];
    // A value that has no secrets stays as it is: its JSON may have less, such as a date.
    return JSON.stringify(changed) === texts[index] ? value : changed;
  });
  return { sent: sent as Params, secrets };
}

/** Where the application asked for JSON, a secret is put back as a part of a string. */
function textFormOf(params: unknown): "text" | "json" {
  const format = isMembers(params) ? params.responseFormat : undefined;
  return isMembers(format) && format.type === "json" ? "json" : "text";
}
