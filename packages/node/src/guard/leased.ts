// Policies that are replaced while something is still judged by them.

/** Owns a policy. It is closed once it is retired and not in use. */
export class Leased<Policy extends { close(): void }> {
  readonly #policy: Promise<Policy>;
  #uses = 0;
  #retired = false;

  /** A policy that cannot be opened rejects each use. */
  constructor(policy: Policy | Promise<Policy>) {
    this.#policy = Promise.resolve(policy);
    this.#policy.catch(() => {});
  }

  /** Does some work with the policy, which stays open meanwhile. */
  async use<Result>(work: (policy: Policy) => Promise<Result>): Promise<Result> {
    this.#uses += 1;
    try {
      return await work(await this.#policy);
    } finally {
      this.#uses -= 1;
      this.#closeIfUnused();
    }
  }

  /** Closes the policy as soon as it is not in use. */
  retire(): void {
    this.#retired = true;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (!this.#retired || this.#uses > 0) return;
    this.#policy.then(
      (policy) => policy.close(),
      () => {},
    );
  }
}
