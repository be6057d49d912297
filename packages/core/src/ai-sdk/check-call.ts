// Asks a guard about a call of a tool, with a deadline: whatever fails or hangs is a denial.

import type { Guard, GuardOutcome, ToolCallInput } from "../guard/types.js";
import { linkedTo, orAborted } from "../pipeline/abort.js";

/** Options of what the AI SDK calls. */
export interface CallOptions {
  /**
   * After how many seconds a call is denied, whatever the guard does: more than 0, at most 3600.
   * Default 25. The policy's `deadline_s` ends a check before that.
   */
  readonly deadlineS?: number;
}

/** What becomes of a call, for the AI SDK. */
export type CallOutcome =
  | { readonly outcome: "allow"; readonly grant: boolean }
  | { readonly outcome: "deny" | "ask"; readonly message: string };

/** Asks about one call. Never rejects. */
export type CheckCall = (call: ToolCallInput, signal?: AbortSignal) => Promise<CallOutcome>;

const DEFAULT_DEADLINE_S = 25;
const MAX_DEADLINE_S = 3600;

/** Throws a `TypeError` for what is no guard, and a `RangeError` for an invalid deadline. */
export function checkerOf(guard: Guard, { deadlineS = DEFAULT_DEADLINE_S }: CallOptions): CheckCall {
  if (typeof guard?.check !== "function") throw new TypeError("`guard` must be a guard: `sentry.guard()`");
  if (!(deadlineS > 0 && deadlineS <= MAX_DEADLINE_S)) {
    throw new RangeError(`\`deadlineS\` must be more than 0 and at most ${MAX_DEADLINE_S}`);
  }
  return async (call, signal) => {
    const own = linkedTo(signal);
    const timer = setTimeout(() => own.abort(new Error("no decision in time")), deadlineS * 1000);
    try {
      own.signal.throwIfAborted();
      return outcomeOf(await orAborted(guard.check(call, { signal: own.signal }), own.signal), call);
    } catch {
      return failed(call);
    } finally {
      clearTimeout(timer);
      own.abort(new Error("the check is over"));
      own.unlink();
    }
  };
}

/** Only an outcome that says so is an allow: the guard may be a program of the caller's own. */
function outcomeOf(outcome: GuardOutcome, call: ToolCallInput): CallOutcome {
  if (outcome.outcome === "allow") return { outcome: "allow", grant: outcome.grant === true };
  if (outcome.outcome !== "deny" && outcome.outcome !== "ask") return failed(call);
  return { outcome: outcome.outcome, message: outcome.message };
}

/** Without the error, which may have a secret. */
function failed({ tool }: ToolCallInput): CallOutcome {
  return {
    outcome: "deny",
    message: `the call of \`${shown(tool)}\` was blocked: the guard failed or gave no decision in time`,
  };
}

/** The name of a tool, which a model may have chosen. */
function shown(tool: string): string {
  return String(tool)
    .slice(0, 80)
    .replace(/[^\w.:/-]/g, "?");
}
