// The types of the guard: calls of tools in, outcomes out.

import type { Decision } from "../decision/decision.js";
import type { SentryEvent } from "../events/event.js";
import type { JsonText } from "../events/json-text.js";

/**
 * A call of a tool that an agent is about to make.
 *
 * @example
 * const call: ToolCallInput = { tool: "Bash", args: { command: "ls" }, cwd: "/home/dev/app" };
 */
export interface ToolCallInput {
  /** The tool's name, as the host has it: `"Bash"`, `"mcp__github__create_issue"`. */
  readonly tool: string;
  /**
   * The arguments: any value that has a JSON text. A text that is the JSON of an object counts as that object.
   * A {@link JsonText} is judged as it is written.
   */
  readonly args: unknown;
  /** The MCP server that the tool is of. */
  readonly server?: string;
  /** The folder that relative paths are relative to. Default: that of the guard. */
  readonly cwd?: string;
  readonly pid?: number;
}

/** Options of `sentry.guard`. */
export interface GuardOptions {
  /** Who acts, as `identity.agent` of its events. Rules ask for it by `agents`. */
  readonly agent?: string;
  /** The session of the agent, as `identity.session` of its events. An approval holds in one session. */
  readonly session?: string;
  /** The folder of calls that have no `cwd`. */
  readonly cwd?: string;
  /** The program that runs the tools, such as `"claude-code"`. An approval holds for one host. */
  readonly host?: string;
  /**
   * The events that a call stands for. Default: {@link wellKnownEvents}. The call is judged as
   * itself too. If it throws, the call is denied.
   */
  readonly toEvents?: (call: ToolCallInput) => readonly SentryEvent[];
  /**
   * Whether the caller shows an outcome `ask` to a person. Default: `true` with `approvals`,
   * otherwise `false`: then the policy's `ask_fallback` decides.
   */
  readonly canAsk?: boolean;
  /**
   * The content of a file, `undefined` if there is none: an approval holds only as long as the files
   * that a command names are unchanged. `path` is absolute. It throws for a file that it cannot read.
   * Default: approvals do not depend on files.
   */
  readonly contentOf?: (path: string) => Promise<Uint8Array | undefined>;
  /**
   * What outcomes have as the policy's revision. Default: a hash of the policy, which takes some
   * milliseconds the first time. With `approvals`, it is always that hash.
   */
  readonly revision?: string;
  /** Keeps the tickets of calls that a person is asked about, and what the person answered. */
  readonly approvals?: ApprovalStore;
}

/** What all outcomes have. */
interface Judged {
  /**
   * The gravest decision on the call and on the events that it stands for. On `ask`, an escalation
   * that no tier resolved. If the guard failed, it says why.
   */
  readonly decision: Decision;
  /** The policy's revision: a hash of its text and its settings. Empty if it is unknown. */
  readonly revision: string;
}

/** The call may go on. */
export interface Allowed extends Judged {
  readonly outcome: "allow";
  /**
   * Whether the host shall skip prompts of its own, by `grant` of the policy. Otherwise an allow is
   * no opinion: the host does what it would do without a guard.
   */
  readonly grant: boolean;
  /** In a dry run, what the outcome would have been. */
  readonly wouldBe?: "deny" | "ask";
  readonly message?: undefined;
  readonly ticket?: undefined;
}

/** The call must not go on. */
export interface Denied extends Judged {
  readonly outcome: "deny";
  /** For the model: what was blocked, why, and what to do instead. Without secrets. */
  readonly message: string;
  readonly ticket?: undefined;
}

/** A person decides. Until then, and after the time of `ask { timeout_s }`, the call must not go on. */
export interface Asked extends Judged {
  readonly outcome: "ask";
  /** For the person and the model: what would run, and why a person is asked. Without secrets. */
  readonly message: string;
  /** Names the question: 128 random bits as hexadecimal digits. */
  readonly ticket: string;
}

/** What becomes of a call. */
export type GuardOutcome = Allowed | Denied | Asked;

/** Options of one check. */
export interface CheckOptions {
  /** Ends the check: its outcome is that of a failure. */
  readonly signal?: AbortSignal;
}

/** A call that a person is asked about. */
export interface ApprovalRequest {
  /**
   * A SHA-256 over the exact call: tool, arguments, server, folder, session, agent, host, the
   * policy's revision, and the contents of files that its commands name.
   */
  readonly binding: string;
  /** The tool's name; empty for a text. */
  readonly tool: string;
  readonly revision: string;
  /** What would run and why a person is asked. Without secrets. */
  readonly message: string;
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly host?: string | undefined;
  /** How long the question is open, in seconds. */
  readonly timeoutS: number;
  /** Whether an answer may hold for a time: only for calls that run nothing. */
  readonly mayRepeat: boolean;
}

/** The half of a store of approvals that a guard uses. It cannot approve. */
export interface ApprovalStore {
  /**
   * The answer of a person to a call of that binding. An answer that holds once is used up.
   * `undefined`: nobody has answered.
   */
  take(binding: string): "approved" | "denied" | undefined | Promise<"approved" | "denied" | undefined>;
  /** Opens a question; returns its ticket. Throws if there are too many. */
  open(request: ApprovalRequest): string | Promise<string>;
}

/**
 * Judges the calls of an agent before they are made. Made by `sentry.guard()`.
 *
 * @example
 * const guard = sentry.guard({ agent: "coder", session: "s1", cwd: "/home/dev/app", host: "my-agent" });
 * const { outcome, message } = await guard.check({ tool: "Bash", args: { command: "rm -rf /" } });
 * if (outcome !== "allow") return { isError: true, text: message };
 */
export interface Guard {
  /** Judges a call. Never throws and never rejects: what fails is denied, unless the policy says otherwise. */
  check(call: ToolCallInput, options?: CheckOptions): Promise<GuardOutcome>;
  /** Judges a prompt of a person as content that is sent to a model. Never throws and never rejects. */
  prompt(text: string, options?: CheckOptions): Promise<GuardOutcome>;
  /**
   * Judges what a tool returns to the model, as content that is received. A {@link JsonText} must be that of a
   * string. Never throws and never rejects.
   */
  result(text: string | JsonText, options?: CheckOptions): Promise<GuardOutcome>;
}
