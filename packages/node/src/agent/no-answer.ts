// Why there is no answer.

/** Its message is in words of ours: it holds no secret, and nothing that a model or an endpoint wrote. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}
