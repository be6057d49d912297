// The function `toolApproval` of the AI SDK 7: the guard's outcome, and what the application itself decides.

import type { Guard } from "../guard/types.js";
import { type CallOptions, type CallOutcome, checkerOf } from "./check-call.js";
import { needsItself, type ToolParts, unguarded } from "./guarded-tools.js";

/** What the AI SDK asks about. */
export interface ApprovalCall {
  readonly toolCall: { readonly toolName: string; readonly toolCallId: string; readonly input: unknown };
  readonly tools?: object | undefined;
  readonly toolsContext?: unknown;
  readonly runtimeContext?: unknown;
  readonly messages: readonly unknown[];
}

/** The answer: whether a call runs. `reason` is for the model, or for the person who is asked. */
export type ApprovalStatus =
  | { readonly type: "not-applicable" }
  | { readonly type: "approved" | "denied" | "user-approval"; readonly reason?: string };

/** What an application's own approval may answer; `undefined` is `"not-applicable"`. */
type OwnStatus = ApprovalStatus | ApprovalStatus["type"] | undefined;

/** `toolApproval` as the AI SDK takes it: a function, or a status or function for each tool. */
export type OwnApproval<Call> =
  | ((call: Call) => OwnStatus | PromiseLike<OwnStatus>)
  | { readonly [tool: string]: OwnStatus | ((input: never, options: never) => OwnStatus | PromiseLike<OwnStatus>) };

export interface ApprovalOptions<Call> extends CallOptions {
  /**
   * The application's own `toolApproval`. Of both answers the stricter counts: denied, then
   * user-approval, then approved. Without it, and for a tool that it does not name, the tool's own
   * `needsApproval` counts, which the AI SDK leaves to this function.
   */
  readonly next?: OwnApproval<Call>;
}

/** What {@link sentryApproval} makes. Never rejects. */
export type ApprovalFunction<Call> = (call: Call) => Promise<ApprovalStatus>;

/**
 * The `toolApproval` of `generateText`, `streamText` and `ToolLoopAgent` of the AI SDK 7: calls that
 * the guard denies are denied, with a message for the model, and calls that are for a person
 * (`canAsk` of the guard) wait for approval. All calls are judged, whatever their tool. What fails or
 * takes longer than `deadlineS` is denied.
 *
 * An allow of the guard is no opinion, `not-applicable`; with `grant` in the policy it is `approved`.
 *
 * Throws a `TypeError` for what is no guard, and a `RangeError` for an invalid deadline.
 *
 * @example
 * const toolApproval = sentryApproval(sentry.guard({ canAsk: true }), { next: { deploy: "user-approval" } });
 * const result = await generateText({ model, prompt, tools, toolApproval });
 */
export function sentryApproval<Call extends ApprovalCall = ApprovalCall>(
  guard: Guard,
  options: ApprovalOptions<Call> = {},
): ApprovalFunction<Call> {
  const check = checkerOf(guard, options);
  return async (call) => {
    try {
      const { toolName, input } = call.toolCall;
      const judged = await check({ tool: toolName, args: input });
      if (judged.outcome === "deny") return { type: "denied", reason: judged.message };
      return stricter(statusOf(judged), await ownStatus(options.next, call, isGranted(judged)));
    } catch {
      return { type: "denied", reason: "the call was blocked: the application's own approval failed" };
    }
  };
}

function isGranted(judged: CallOutcome): boolean {
  return judged.outcome === "allow" && judged.grant;
}

function statusOf(judged: CallOutcome): ApprovalStatus {
  if (judged.outcome === "ask") return { type: "user-approval", reason: judged.message };
  return { type: isGranted(judged) ? "approved" : "not-applicable" };
}

/** As the AI SDK resolves it. A grant skips only what the tool itself asks for. */
async function ownStatus<Call extends ApprovalCall>(
  next: OwnApproval<Call> | undefined,
  call: Call,
  granted: boolean,
): Promise<ApprovalStatus> {
  if (typeof next === "function") return normal(await next(call));
  const { toolName, input, toolCallId } = call.toolCall;
  const context = ownOf(call.toolsContext, toolName);
  const entry = ownOf(next, toolName);
  if (typeof entry === "function") {
    const { messages, runtimeContext } = call;
    return normal(await entry(input, { toolCallId, messages, toolContext: context, runtimeContext }));
  }
  if (entry !== undefined && entry !== null) return normal(entry);
  const tool = ownOf(call.tools, toolName) as ToolParts | undefined;
  if (granted || tool === undefined) return { type: "not-applicable" };
  const original = unguarded(tool);
  const { messages } = call;
  const needs = await needsItself(original, original.needsApproval, input, { toolCallId, messages, context });
  return { type: needs ? "user-approval" : "not-applicable" };
}

/** An own property: a model may name a tool `constructor`. */
function ownOf(object: unknown, name: string): unknown {
  if (typeof object !== "object" || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name];
}

/** From the loosest to the strictest. */
const ORDER: readonly ApprovalStatus["type"][] = ["not-applicable", "approved", "user-approval", "denied"];

/** Throws for what the AI SDK does not know: it would let the call pass. */
function normal(status: unknown): ApprovalStatus {
  if (status === undefined) return { type: "not-applicable" };
  const result = (typeof status === "string" ? { type: status } : status) as ApprovalStatus;
  if (!ORDER.includes(result.type)) throw new TypeError("not a status of an approval");
  return result;
}

function stricter(a: ApprovalStatus, b: ApprovalStatus): ApprovalStatus {
  return ORDER.indexOf(b.type) > ORDER.indexOf(a.type) ? b : a;
}
