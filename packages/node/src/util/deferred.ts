// Promises that are resolved from outside.

/** A promise and the function that resolves it. */
export class Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;

  constructor() {
    let resolve = (): void => {};
    this.promise = new Promise((done) => {
      resolve = done;
    });
    this.resolve = resolve;
  }
}

/** An event for one waiter. It stays set until `wait` has returned once. */
export class AutoResetEvent {
  #deferred = new Deferred();

  set(): void {
    this.#deferred.resolve();
  }

  /** Resolves once the event is set, and resets it. */
  async wait(): Promise<void> {
    await this.#deferred.promise;
    this.#deferred = new Deferred();
  }
}
