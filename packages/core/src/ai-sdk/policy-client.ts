// The judge behind the policy clients of `@ai-sdk/policy-opa`: `PolicyClient`, in the place of OPA.

import type { Guard } from "../guard/types.js";
import { type CallOptions, checkerOf } from "./check-call.js";

/** Options of {@link sentryPolicyClient}. */
export interface PolicyClientOptions extends CallOptions {
  /** The path that `opaPolicy` asks for. Calls for any other path are denied. Default: all paths. */
  readonly path?: string;
}

/** A decision, as `opaPolicy` reads it. `reason` is for the model, or for the person who is asked. */
export interface ClientDecision {
  readonly decision: "allow" | "deny" | "requires-approval" | "not-applicable";
  readonly reason?: string;
}

/** What `@ai-sdk/policy-opa` calls a `PolicyClient`. */
export interface SentryPolicyClient {
  evaluate<Input = unknown, Result = ClientDecision>(path: string, input: Input): Promise<Result>;
}

/**
 * A client for `opaPolicy` of `@ai-sdk/policy-opa`, which asks the guard in the place of OPA. What
 * fails, takes too long, or is no call of a tool (the default input of `opaPolicy`, or
 * `{ tool: { name }, args }` of a `toInput`) is denied. An allow of the guard is `not-applicable`, with
 * `grant` in the policy `allow`.
 *
 * Throws a `TypeError` for what is no guard, and a `RangeError` for an invalid deadline.
 *
 * @example
 * const client = sentryPolicyClient(sentry.guard({ canAsk: true }));
 * const toolApproval = opaPolicy({ client, path: "agent/call/decision" });
 */
export function sentryPolicyClient(guard: Guard, options: PolicyClientOptions = {}): SentryPolicyClient {
  const check = checkerOf(guard, options);
  const decisionOn = async (path: string, input: unknown): Promise<ClientDecision> => {
    if (options.path !== undefined && path !== options.path) return denied("the policy does not have this path");
    const call = callOf(input);
    if (call === undefined) return denied("the input is no call of a tool");
    const judged = await check(call);
    if (judged.outcome === "allow") return { decision: judged.grant ? "allow" : "not-applicable" };
    return { decision: judged.outcome === "ask" ? "requires-approval" : "deny", reason: judged.message };
  };
  return {
    evaluate: async <Input, Result>(path: string, input: Input) => (await decisionOn(path, input)) as Result,
  };
}

function denied(reason: string): ClientDecision {
  return { decision: "deny", reason: `the call was blocked: ${reason}` };
}

/** The call in the input; `undefined` if the tool's name or its arguments are missing. */
function callOf(input: unknown): { readonly tool: string; readonly args: unknown } | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const { tool, args } = input as { readonly tool?: unknown; readonly args?: unknown };
  const name = typeof tool === "object" && tool !== null ? (tool as { readonly name?: unknown }).name : undefined;
  return typeof name === "string" && name !== "" && args !== undefined ? { tool: name, args } : undefined;
}
