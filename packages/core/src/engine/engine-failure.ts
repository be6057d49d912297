// The error of a rule engine that failed: a trap, no memory left, an instance that did not start.

/** One call to the rule engine failed. The next call gets a fresh instance. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
  /** The reason alone, without "rule engine failed". */
  readonly reason: string;

  constructor(reason: string) {
    super(`rule engine failed: ${reason}`);
    this.reason = reason;
  }
}
