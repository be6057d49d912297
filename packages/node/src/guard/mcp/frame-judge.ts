// Judges what the frames of MCP ask for and answer, and masks what a model reads.

import type { Guard, GuardOutcome, ToolCallInput } from "@a3s-sentry/core";
import { hasPlaceholder, type JsonText, messageOf } from "@a3s-sentry/core/host";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { denial, textsIn } from "./calls.js";
import { type Content, lineIn, wholeOf } from "./content.js";
import { type FrameLine, lineOf, MAX_FRAME_BYTES } from "./frame.js";
import type { OpenRequest } from "./in-flight.js";

/** What was judged: a call, or the texts of an answer. */
export type Judged =
  | { readonly check: ToolCallInput }
  | { readonly prompt: string }
  | { readonly result: string | JsonText };

export interface JudgeOptions {
  readonly guard: Guard;
  /** As `guard`, for calls that a person can be asked about: the outcome may be `ask`. */
  readonly askingGuard: Guard;
  /** The text with placeholders for its secrets. Throws if the search for them fails. */
  readonly masked: (text: string) => string;
  /** Whether there would be placeholders. Throws as `masked`. */
  readonly hasSecrets: (text: JsonText) => boolean;
  /** Whether everything passes. */
  readonly isDryRun: boolean;
  readonly onOutcome: (judged: Judged, outcome: GuardOutcome) => void;
  /** Called if the search for secrets fails, with the reason. */
  readonly onNotMasked: (why: string) => void;
}

/** The line to pass on, the reason of a denial, or a result by which the client asks a person. */
export type Verdict = { readonly line: FrameLine } | { readonly denied: string } | FormResult;

/** The client makes the call again with the answer. */
export interface FormResult {
  readonly result: JsonObject;
}

/** Asks a person about a call, with the message that says what waits. */
export type AskPerson = (outcome: Extract<GuardOutcome, { outcome: "ask" }>) => Promise<Approval | FormResult>;
export type Approval = "approved" | "denied";

export interface CallContext {
  /** Aborted when the call is cancelled. */
  readonly signal?: AbortSignal | undefined;
  /** Absent where nobody can be asked. */
  readonly ask?: AskPerson | undefined;
}

/** Judges the frames of one session. */
export class FrameJudge {
  readonly #options: JudgeOptions;

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** Judges a request or notification as a call. Masked are the texts of `sampling/createMessage`. */
  async call(call: ToolCallInput, { message, strings }: Content, context: CallContext): Promise<Verdict> {
    const options = context.signal && { signal: context.signal };
    const isSampling = field(message, "method") === "sampling/createMessage";
    // Another server, or an earlier session, may have been where it was masked.
    const mayHavePlaceholder = isSampling || this.#options.isDryRun;
    if (!mayHavePlaceholder && hasPlaceholder(textsIn(field(message, "params")))) return { denied: PLACEHOLDER_SENT };
    const guard = context.ask === undefined ? this.#options.guard : this.#options.askingGuard;
    const check = strings === undefined ? call : { ...call, args: strings.spliced(JSON.stringify(call.args)) };
    const outcome = await this.#judged({ check }, guard.check(check, options));
    if (outcome.outcome === "deny") return { denied: outcome.message };
    if (outcome.outcome === "ask") {
      // A person may be asked elsewhere: the message says so.
      if (context.ask === undefined) return { denied: outcome.message };
      const answer = await context.ask(outcome);
      if (typeof answer === "object") return answer;
      if (answer !== "approved") return { denied: NOT_APPROVED };
    }
    if (!isSampling) return { line: lineIn({ message, strings }) };
    const prompt = textsIn(call.args);
    const sent = await this.#judged({ prompt }, this.#options.guard.prompt(prompt, options));
    if (sent.outcome !== "allow") return { denied: sent.message };
    const line = this.#masked({ message }, "params");
    return line === undefined ? { denied: NOT_MASKED } : { line };
  }

  /** The line of an answer that a model reads, masked, or that of its denial. */
  async answer({ method, id }: OpenRequest, content: Content): Promise<FrameLine> {
    const { message, strings } = content;
    const member = Object.hasOwn(message, "result") ? "result" : "error";
    const texts = textsIn(field(message, member));
    const result = strings === undefined ? texts : strings.spliced(JSON.stringify(texts));
    const outcome = await this.#judged({ result }, this.#options.guard.result(result));
    if (outcome.outcome !== "allow") return lineOf(denial(method, id, outcome.message));
    return this.#masked(content, member) ?? lineOf(denial(method, id, NOT_MASKED));
  }

  async #judged(judged: Judged, pending: Promise<GuardOutcome>): Promise<GuardOutcome> {
    const outcome = await pending;
    this.#options.onOutcome(judged, outcome);
    return outcome;
  }

  /** The line of the frame with a member masked; `undefined` if that fails. */
  #masked(content: Content, member: string): FrameLine | undefined {
    try {
      return this.#maskedLine(content, member);
    } catch (error) {
      this.#options.onNotMasked(messageOf(error).split("\n", 1)[0] ?? "");
      return undefined;
    }
  }

  #maskedLine({ message, strings }: Content, member: string): FrameLine {
    const value = field(message, member);
    const json = JSON.stringify(value);
    if (strings !== undefined) {
      const spliced = strings.spliced(json);
      // Numbers may be longer than they were.
      const isSearchable = spliced.length <= MAX_FRAME_BYTES;
      if (isSearchable && !this.#options.hasSecrets(spliced)) return lineIn({ message, strings });
      const whole = wholeOf({ message, strings });
      return this.#maskedLine({ message: whole }, member);
    }
    const masked = this.#options.masked(json);
    if (masked === json) return lineOf(message);
    return lineOf({ ...message, [member]: withOwnState(JSON.parse(masked), value) });
  }
}

/** A server gets its `requestState` back from the client, byte for byte. No model reads it. */
function withOwnState(masked: unknown, original: unknown): unknown {
  if (!isObject(masked) || !isObject(original) || field(original, "resultType") !== "input_required") return masked;
  const state = field(original, "requestState");
  return typeof state === "string" ? { ...masked, requestState: state } : masked;
}

const PLACEHOLDER_SENT =
  "the call was blocked: its arguments have a placeholder, which would be written in place of the secret " +
  "that it stands for. Leave that part to the user.";
const NOT_MASKED = "the answer was blocked: it could not be searched for secrets";
const NOT_APPROVED =
  "the call was blocked: a person was asked, and has not approved it. Do not try to get the same effect in another " +
  "way. Continue without it, or ask the user to do this step.";
