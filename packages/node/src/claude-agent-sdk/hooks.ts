// Hooks of the Claude Agent SDK, answered by a guard from the table of hosts.

import type { Guard, GuardOptions, GuardOutcome } from "@a3s-sentry/core";
import { CLAUDE_CODE } from "../guard/hosts/claude-code.js";
import type { HostRequest } from "../guard/hosts/host.js";
import { isObject } from "../guard/hosts/json-object.js";
import { answerTo } from "../guard/hosts/reply.js";
import { type CanUseTool, judgedPermission } from "./permission.js";
import type { HookCallback, HookEventName, HookMatcher, HookOutput } from "./types.js";

/** What makes guards: a sentry. */
export interface GuardSource {
  guard(options: GuardOptions): Guard;
}

/** What the guard takes of its options. Session, folder and host come from the SDK. */
export type HooksOptions = Omit<GuardOptions, "session" | "host" | "canAsk">;

/** Options of {@link sentryHooks}. */
export interface SentryHookOptions<Hooks, Ask> extends HooksOptions {
  /** The application's own hooks. Theirs run beside the guard's; a denial of either counts. */
  readonly hooks?: Hooks;
  /** Shows a person what would run. Without it, the policy's `ask_fallback` decides. */
  readonly canUseTool?: Ask;
}

/** The application's own hooks for an event. */
type OwnMatcher<Hooks, Event> = Event extends keyof Hooks
  ? NonNullable<Hooks[Event]> extends readonly (infer Matcher)[]
    ? Matcher
    : never
  : never;

/** The application's hooks with those of the guard. */
export type MergedHooks<Hooks> = Omit<Hooks, HookEventName> & {
  [Event in HookEventName]: (HookMatcher | OwnMatcher<Hooks, Event>)[];
};

const EVENTS: readonly HookEventName[] = ["PreToolUse", "PreSkillShellCommand", "UserPromptSubmit"];

/** When the SDK gives up, in seconds. The policy's `deadline_s` ends a check before that. */
const TIMEOUT_S = 60;
/** How long a check may take, in seconds, whatever the policy says. */
const DEADLINE_S = 25;

/**
 * The options `hooks` and `canUseTool` of `query` of the Claude Agent SDK: calls of tools, shell lines
 * in skills and prompts are judged before anything happens. An allow is no opinion, so the SDK's own
 * permissions stay. What the policy leaves to a person is asked by your `canUseTool`, in the modes in
 * which the SDK asks. What fails or takes longer than 25 s is denied.
 *
 * Throws a `TypeError` for what is no sentry.
 *
 * @example
 * const sentry = await Sentry.create("policy.acl");
 * for await (const message of query({ prompt, options: { ...sentryHooks(sentry) } })) console.log(message);
 */
export function sentryHooks<Hooks extends object = object, Ask = undefined>(
  sentry: GuardSource,
  options: SentryHookOptions<Hooks, Ask> = {},
): { hooks: MergedHooks<Hooks> } & (Ask extends undefined ? unknown : { canUseTool: Ask }) {
  if (typeof sentry?.guard !== "function") throw new TypeError("`sentry` must be a sentry: `Sentry.create()`");
  const { hooks, canUseTool, ...guardOptions } = options;
  const answer = answering(sentry, guardOptions, canUseTool !== undefined);
  const own: Readonly<Record<string, unknown>> = { ...hooks };
  const matcher = (): HookMatcher => ({ hooks: [answer], timeout: TIMEOUT_S, onFailure: "block" });
  const merged = EVENTS.map((event) => [event, [...listOf(own[event]), matcher()]]);
  const asked = { ...guardOptions, host: CLAUDE_CODE.name, canAsk: true };
  return {
    hooks: { ...own, ...Object.fromEntries(merged) },
    ...(canUseTool !== undefined && {
      canUseTool: judgedPermission(canUseTool as CanUseTool, sentry.guard(asked)),
    }),
  } as never;
}

function listOf(matchers: unknown): readonly unknown[] {
  return Array.isArray(matchers) ? matchers : [];
}

/** Rejects for an event that is not in the table: with `onFailure`, the SDK blocks the action then. */
function answering(sentry: GuardSource, options: HooksOptions, asks: boolean): HookCallback {
  return async (input, _, { signal }) => {
    const request = isObject(input) ? CLAUDE_CODE.read(input) : undefined;
    if (request === undefined) throw new Error("this is not an event that the guard knows");
    const canAsk = asks && request.canAsk;
    const answer = answerTo({ ...request, canAsk }, await judged(sentry, options, { ...request, canAsk }, signal));
    return (answer ?? {}) as HookOutput;
  };
}

/** Never rejects: what fails is a denial. */
async function judged(
  sentry: GuardSource,
  options: HooksOptions,
  request: HostRequest,
  signal: AbortSignal,
): Promise<GuardOutcome> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const { session, cwd, canAsk } = request;
    const guard = sentry.guard({
      ...options,
      ...(session !== undefined && { session }),
      ...(cwd !== undefined && { cwd }),
      host: CLAUDE_CODE.name,
      canAsk: canAsk && request.event.answers.ask !== undefined,
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no decision in time")), DEADLINE_S * 1000);
    });
    const check =
      request.kind === "call" ? guard.check(request.call, { signal }) : guard.prompt(request.text, { signal });
    return known(await Promise.race([check, late]));
  } catch {
    // Without the error, which may have a secret.
    return failed();
  } finally {
    clearTimeout(timer);
  }
}

/** Only an outcome that says so is an allow: the guard may be a program of the caller's own. */
function known(outcome: GuardOutcome): GuardOutcome {
  return ["allow", "ask", "deny"].includes(outcome.outcome) ? outcome : failed();
}

function failed(): GuardOutcome {
  const reason = "the guard failed or gave no decision in time";
  return {
    outcome: "deny",
    decision: { verdict: "block", tier: "Rules", severity: "high", reason, evidence: "complete" },
    revision: "",
    message: `the action was blocked: ${reason}`,
  };
}
