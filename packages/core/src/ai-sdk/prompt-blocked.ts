// The error of a call of a model whose prompt is not sent.

import type { Decision } from "../decision/decision.js";

/**
 * The prompt was not sent to the model: the policy blocks it, or it could not be judged and masked.
 * `generateText` rejects with it, a stream of `streamText` has it as the error.
 *
 * @example
 * try {
 *   await generateText({ model, prompt });
 * } catch (error) {
 *   if (error instanceof PromptBlocked) console.log(error.message);
 * }
 */
export class PromptBlocked extends Error {
  override readonly name = "PromptBlocked";
  /** Why the policy blocks it; absent if judging or masking failed. */
  readonly decision: Decision | undefined;

  /** `message` has no secrets. */
  constructor(message: string, decision?: Decision) {
    super(message);
    this.decision = decision;
  }
}
