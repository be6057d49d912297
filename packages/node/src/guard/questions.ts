// The question to a person that one call leads to, however many policies ask.

import type { ApprovalRequest, ApprovalStore, GuardOutcome } from "@a3s-sentry/core";
import { failed } from "./outcomes.js";

/** A call that one or more layers want to ask a person about. */
export interface LayeredRequest extends ApprovalRequest {
  /** The bindings of all layers that ask. An answer is one to each of them. */
  readonly bindings: readonly string[];
}

/** Keeps tickets and answers, as an `ApprovalStore` does, for questions of several layers. */
export interface LayeredApprovals {
  take: ApprovalStore["take"];
  open(request: LayeredRequest): string | Promise<string>;
}

/** Collects what the layers ask, and opens one question for all of it. */
export class Questions implements ApprovalStore {
  readonly #approvals: LayeredApprovals | undefined;
  readonly #requests: ApprovalRequest[] = [];

  constructor(approvals: LayeredApprovals | undefined) {
    this.#approvals = approvals;
  }

  take(binding: string): ReturnType<ApprovalStore["take"]> {
    return this.#approvals?.take(binding);
  }

  open(request: ApprovalRequest): string {
    this.#requests.push(request);
    return "";
  }

  /** Opens the question if the outcome is to ask. If that fails, the call is denied. */
  async settle(outcome: GuardOutcome): Promise<GuardOutcome> {
    const [first] = this.#requests;
    if (outcome.outcome !== "ask" || first === undefined || this.#approvals === undefined) return outcome;
    const bindings = this.#requests.map(({ binding }) => binding);
    const mayRepeat = this.#requests.every((request) => request.mayRepeat);
    const timeoutS = Math.min(...this.#requests.map((request) => request.timeoutS));
    try {
      const ticket = await this.#approvals.open({ ...first, bindings, mayRepeat, timeoutS });
      return { ...outcome, ticket };
    } catch (error) {
      return { ...failed(error), revision: outcome.revision };
    }
  }
}
