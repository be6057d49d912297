// The error for an investigation without an answer.

/**
 * The message is our own text: it contains no secret, and nothing that a model or an endpoint
 * wrote.
 */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}
