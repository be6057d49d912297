// The error of a rule engine that failed: a trap, no memory left, an instance that would not start.

/** The rule engine failed, on this call; it is as good as new at the next. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
  readonly what: string;

  constructor(what: string) {
    super(`rule engine failed: ${what}`);
    this.what = what;
  }
}
