// The state of the tests in the policy: the last run of them.

import { mayHaveTests } from "../acl/may-have-tests.js";
import { type Judge, Latest } from "../judge/judge.js";
import type { PolicyText, TestRun } from "../judge/protocol.js";

export interface TestsOptions {
  readonly changed: () => void;
  readonly policy: () => PolicyText;
  readonly judge: () => Judge;
  /** Whether the panel is on view: then tests run while the policy is typed. */
  readonly isShown: () => boolean;
}

export class TestsState {
  /** The last run; `undefined` before it, and if the policy has no tests. */
  run: TestRun | undefined;
  /** Why they could not run. */
  failure: string | undefined;
  readonly #options: TestsOptions;
  readonly #running = new Latest<void>(() => this.#runNow());

  constructor(options: TestsOptions) {
    this.#options = options;
  }

  policyChanged(): void {
    if (this.#options.isShown()) this.#running.offer();
  }

  /** Runs the tests, if there may be some, and resolves when the last run is complete. */
  paused(): void {
    const policy = this.#options.policy();
    if (this.#options.isShown() || this.run?.policy === policy.text) return;
    if (mayHaveTests(policy)) this.#running.offer();
    else this.run = undefined;
  }

  async #runNow(): Promise<void> {
    const { policy, judge, changed } = this.#options;
    try {
      // A policy with errors leaves the last run on view.
      this.run = (await judge().ask("tests", { policy: policy() })) ?? this.run;
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    changed();
  }
}
