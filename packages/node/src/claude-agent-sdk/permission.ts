// `canUseTool` of the Claude Agent SDK: the application asks a person, and the guard has judged what runs.

import type { Guard, ToolCallInput } from "@a3s-sentry/core";

/** An answer to a question about a call. */
export type Permission =
  | { behavior: "allow"; updatedInput?: Record<string, unknown> }
  | { behavior: "deny"; message: string };

/** What the SDK says of a question, as far as it is read. */
interface Asked {
  readonly signal: AbortSignal;
  readonly mcpServer?: { readonly name: string } | undefined;
}

/** Asks a person. */
export type CanUseTool<Options extends Asked = Asked, Result = Permission | null> = (
  tool: string,
  input: Record<string, unknown>,
  options: Options,
) => Promise<Result>;

/**
 * The application's function with a guard around it: nobody is asked about a call that the policy
 * blocks, and a changed input is judged before it runs. Never resolves to `null`, which would leave
 * the call waiting: what fails is denied.
 */
export function judgedPermission<Options extends Asked, Result>(
  ask: CanUseTool<Options, Result>,
  guard: Guard,
): CanUseTool<Options, Result | Permission> {
  const denial = async (call: ToolCallInput, { signal }: Asked): Promise<Permission | undefined> => {
    const outcome = await guard.check(call, { signal });
    if (outcome.outcome === "allow" || outcome.outcome === "ask") return undefined;
    return { behavior: "deny", message: outcome.message };
  };
  return async (tool, input, options) => {
    try {
      const server = options.mcpServer?.name;
      const call = { tool, ...(server !== undefined && { server }) };
      const before = await denial({ ...call, args: input }, options);
      if (before !== undefined) return before;
      const answer = await ask(tool, input, options);
      if (!isAllow(answer)) return isDenial(answer) ? answer : denied("there was no answer to the question");
      const { updatedInput } = answer;
      return (updatedInput && (await denial({ ...call, args: updatedInput }, options))) ?? answer;
    } catch {
      // Without the error, which may have a secret.
      return denied("the question could not be asked");
    }
  };
}

function denied(why: string): Permission {
  return { behavior: "deny", message: `the call was blocked: ${why}` };
}

function isAllow(answer: unknown): answer is Extract<Permission, { behavior: "allow" }> {
  return isObject(answer) && answer.behavior === "allow";
}

function isDenial(answer: unknown): boolean {
  return isObject(answer) && answer.behavior === "deny";
}

function isObject(value: unknown): value is { readonly behavior?: unknown } {
  return typeof value === "object" && value !== null;
}
