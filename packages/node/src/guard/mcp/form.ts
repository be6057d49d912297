// The form that a client shows to a person, and what counts as an approval.

import { escapeTerminal } from "../../util/escape-terminal.js";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import type { Approval } from "./frame-judge.js";

/** A person's answer; `expired` if there is none in time, or if the call was cancelled. */
export type Answer = Approval | "expired";
export type ReportAnswer = (ticket: string, message: string, answer: Answer) => void;

const YES = "allow once";

/** The parameters of `elicitation/create`: a form whose first and empty answers are denials. */
export function formFor(message: string): JsonObject {
  return {
    message: escapeTerminal(message),
    requestedSchema: {
      type: "object",
      properties: { decision: { type: "string", title: "Decision", enum: ["deny", YES] } },
      required: ["decision"],
    },
  };
}

/** The approval in the result of `elicitation/create`. Anything but a filled form that says so is a denial. */
export function approvalIn(result: unknown): Approval {
  if (!isObject(result) || field(result, "action") !== "accept") return "denied";
  const content = field(result, "content");
  return isObject(content) && field(content, "decision") === YES ? "approved" : "denied";
}

/** Whether a client with these capabilities shows forms. One that only opens web pages has `url` without `form`. */
export function offersForms(capabilities: unknown): boolean {
  const offered = isObject(capabilities) ? field(capabilities, "elicitation") : undefined;
  return isObject(offered) && (Object.keys(offered).length === 0 || isObject(field(offered, "form")));
}
