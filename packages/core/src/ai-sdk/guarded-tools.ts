// Wraps the tools of an agent: no call runs that the guard does not let pass.

import type { Guard } from "../guard/types.js";
import { type CallOptions, type CheckCall, checkerOf } from "./check-call.js";
import { isApproved } from "./given-approval.js";
import { ToolCallDenied } from "./tool-call-denied.js";

/** What a tool of the AI SDK has that matters here. */
export interface ToolParts {
  readonly execute?: ((input: unknown, options: ExecuteOptions | undefined) => unknown) | undefined;
  readonly needsApproval?: NeedsApproval | undefined;
  /** Of a tool that calls others, such as that of code mode. The AI SDK hides it from copies. */
  readonly experimental_toolCaller?: ToolCaller | undefined;
}

/** How the AI SDK makes the tool that calls others; `bind` is there if it calls them in this process. */
interface ToolCaller {
  readonly bind?: (tools: object) => ToolParts;
}

/** Whether a person has to approve a call, by the tool itself. */
export type NeedsApproval = boolean | ((input: unknown, options: unknown) => unknown);

/** What the AI SDK tells a tool of its call. Other callers may leave it out. */
interface ExecuteOptions {
  readonly toolCallId?: string;
  readonly messages?: unknown;
  readonly abortSignal?: AbortSignal;
}

/** What a guarded tool was made of. */
const originals = new WeakMap<object, ToolParts>();

/** The tool as it was before {@link guardTools}. */
export function unguarded(tool: ToolParts): ToolParts {
  return originals.get(tool) ?? tool;
}

/**
 * The tools, whose calls are judged by the guard just before they run: in `generateText`,
 * `streamText`, agents, code mode, and if your program calls `execute` itself. A call that must not
 * go on throws a {@link ToolCallDenied}, whose message the model gets.
 *
 * With `canAsk` of the guard, a call that is for a person needs approval (`needsApproval`), beside
 * those that need it by the tool itself. Tools without `execute` are returned as they are.
 *
 * Throws a `TypeError` for what is no guard, and a `RangeError` for an invalid deadline.
 *
 * @example
 * const result = await generateText({ model, prompt, tools: guardTools(tools, sentry.guard({ canAsk: true })) });
 */
export function guardTools<Tools extends object>(tools: Tools, guard: Guard, options: CallOptions = {}): Tools {
  const check = checkerOf(guard, options);
  const entries: (readonly [string, unknown])[] = Object.entries(tools);
  return Object.fromEntries(entries.map(([name, tool]) => [name, guarded(name, tool as ToolParts, check)])) as Tools;
}

function guarded(name: string, tool: ToolParts, check: CheckCall): ToolParts {
  // Guarded again, for instance by two guards, a tool keeps both.
  const { execute, needsApproval, experimental_toolCaller: caller } = tool;
  if (typeof execute !== "function") return caller === undefined ? tool : withCaller({ ...tool }, name, caller, check);
  const enter = async (input: unknown, options: ExecuteOptions | undefined): Promise<void> => {
    const judged = await check({ tool: name, args: input }, options?.abortSignal);
    if (judged.outcome === "allow") return;
    const { outcome, message } = judged;
    if (outcome === "ask" && isApproved(options?.messages, options?.toolCallId, name, input)) return;
    throw new ToolCallDenied(name, outcome, message);
  };
  const own = {
    execute: isGenerator(execute)
      ? async function* (input: unknown, options: ExecuteOptions | undefined) {
          await enter(input, options);
          yield* execute.call(tool, input, options) as AsyncIterable<unknown>;
        }
      : async (input: unknown, options: ExecuteOptions | undefined) => {
          await enter(input, options);
          const output = execute.call(tool, input, options);
          // A promise of an iterable is no stream of outputs to the AI SDK, so the last one counts.
          return isAsyncIterable(output) ? await lastOf(output) : output;
        },
    async needsApproval(input: unknown, options: unknown): Promise<boolean> {
      const judged = await check({ tool: name, args: input });
      // Nobody is asked for what is blocked: `execute` throws.
      if (judged.outcome !== "allow") return judged.outcome === "ask";
      return !judged.grant && (await needsItself(tool, needsApproval, input, options));
    },
  };
  const result = withCaller({ ...tool, ...own }, name, caller, check);
  originals.set(result, unguarded(tool));
  return result;
}

/** The tool, still as one that calls others: their calls are judged if they are guarded, and its own. */
function withCaller(tool: ToolParts, name: string, caller: ToolCaller | undefined, check: CheckCall): ToolParts {
  if (caller === undefined) return tool;
  const { bind } = caller;
  const value = bind ? { ...caller, bind: (tools: object) => guarded(name, bind(tools), check) } : caller;
  return Object.defineProperty(tool, "experimental_toolCaller", { value });
}

/** Whether the tool itself asks for a person's approval. */
export async function needsItself(
  tool: ToolParts,
  needs: NeedsApproval | undefined,
  input: unknown,
  options: unknown,
): Promise<boolean> {
  return Boolean(typeof needs === "function" ? await needs.call(tool, input, options) : needs);
}

function isGenerator(execute: object): boolean {
  return Object.prototype.toString.call(execute) === "[object AsyncGeneratorFunction]";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

async function lastOf(outputs: AsyncIterable<unknown>): Promise<unknown> {
  let last: unknown;
  for await (const output of outputs) last = output;
  return last;
}
