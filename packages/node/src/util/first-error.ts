// The first error of callbacks, kept for a later caller.

/** Keeps an error that a callback has no caller to throw to, until somebody can receive it. */
export class FirstError {
  #kept: { readonly error: unknown } | undefined;

  /** Runs `work` and keeps the error that it throws. */
  capture(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.keep(error);
    }
  }

  keep(error: unknown): void {
    this.#kept ??= { error };
  }

  /** Throws the kept error, if there is one. */
  rethrow(): void {
    if (this.#kept !== undefined) throw this.#kept.error;
  }
}
