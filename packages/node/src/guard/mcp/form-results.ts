// Asks a person about a call by the result of the call (revision 2026-07-28): the client shows the form in
// it, and makes the call again with the answer.

import { randomBytes } from "node:crypto";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { approvalIn, formFor, offersForms, type ReportAnswer } from "./form.js";
import type { Approval, AskPerson } from "./frame-judge.js";
import { sortedJson } from "./sorted-json.js";

const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
/** The name of the form in a result. */
const FORM = "a3s-sentry";
/** The most open questions, and the most UTF-16 units of the state that one of them keeps. */
const MAX_OPEN = 64;
const MAX_KEPT = 64 * 1024;

/** A call that waits for an answer. */
interface Question {
  readonly ticket: string;
  readonly message: string;
  /** The call as JSON: the answer holds for no other. */
  readonly call: string;
  /** What the client had to say to the server. */
  readonly kept: JsonObject;
  /** When it ends, in milliseconds. */
  readonly until: number;
}

/** A call as the server shall get it, and what a person has answered, if it comes with an answer. */
export interface Returned {
  readonly message: JsonObject;
  readonly approval?: Approval;
}

/** The open questions of all sessions of a server: sessions need not last. */
export class FormResults {
  /** By the state that the client gives back. */
  readonly #questions = new Map<string, Question>();
  readonly #timeoutMs: number;
  readonly #reported: ReportAnswer;

  constructor(timeoutS: number, reported: ReportAnswer = () => {}) {
    this.#timeoutMs = timeoutS * 1000;
    this.#reported = reported;
  }

  /** Takes the answer out of a call that was made again. */
  returned(message: JsonObject): Returned {
    const params = field(message, "params");
    const state = isObject(params) ? field(params, "requestState") : undefined;
    const question = typeof state === "string" ? this.#questions.get(state) : undefined;
    if (!isObject(params) || typeof state !== "string" || question === undefined) return { message };
    this.#questions.delete(state);
    const responses = field(params, "inputResponses");
    const given = approvalIn(isObject(responses) ? field(responses, FORM) : undefined);
    const answer = question.until < Date.now() ? "expired" : question.call === callIn(message) ? given : "denied";
    this.#reported(question.ticket, question.message, answer);
    const { requestState: _, inputResponses: __, ...rest } = params;
    return {
      message: { ...message, params: { ...rest, ...question.kept } },
      approval: answer === "approved" ? answer : "denied",
    };
  }

  /** How to ask about a call, of which `whole` is all; `undefined` if its client shows no forms in results. */
  askBy(message: JsonObject, whole = (): JsonObject => message): AskPerson | undefined {
    const params = field(message, "params");
    const meta = isObject(params) ? field(params, "_meta") : undefined;
    if (!isObject(params) || !isObject(meta) || !offersForms(field(meta, CAPABILITIES))) return undefined;
    return async (asked) => {
      const { requestState, inputResponses } = params;
      const kept = JSON.parse(JSON.stringify({ requestState, inputResponses }));
      this.#expire();
      if (this.#questions.size >= MAX_OPEN || JSON.stringify(kept).length > MAX_KEPT) return "denied";
      const state = randomBytes(16).toString("hex");
      const until = Date.now() + this.#timeoutMs;
      const { ticket } = asked;
      this.#questions.set(state, { ticket, message: asked.message, call: callIn(whole()), kept, until });
      const form = { method: "elicitation/create", params: { mode: "form", ...formFor(asked.message) } };
      return { result: { resultType: "input_required", inputRequests: { [FORM]: form }, requestState: state } };
    };
  }

  #expire(): void {
    for (const [state, { ticket, message, until }] of this.#questions) {
      if (until >= Date.now()) continue;
      this.#questions.delete(state);
      this.#reported(ticket, message, "expired");
    }
  }
}

/** What a call asks for, without what changes from one round to the next. */
function callIn(message: JsonObject): string {
  const params = field(message, "params");
  const { _meta, requestState, inputResponses, ...call } = isObject(params) ? params : {};
  return sortedJson({ method: field(message, "method"), call });
}
