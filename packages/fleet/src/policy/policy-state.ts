// Which published policy is in force in a process, for its metrics.

import { type MetricDefinition, RELOAD_METRICS, type ReloadCounts } from "a3s-sentry/host";
import type { PolicyRevision } from "./published-policy.js";

/** Counts the revisions that were put in force, or refused. */
export class PolicyState {
  #succeeded = 0;
  #failed = 0;
  #lastSuccess = Date.now() / 1000;
  #isRefused = false;
  /** The revision in force; `undefined` before the first. */
  current: Pick<PolicyRevision, "number" | "created"> | undefined;

  used({ number, created }: PolicyRevision): void {
    this.#succeeded += 1;
    this.#lastSuccess = Date.now() / 1000;
    this.#isRefused = false;
    this.current = { number, created };
  }

  refused(): void {
    this.#failed += 1;
    this.#isRefused = true;
  }

  get reloads(): ReloadCounts {
    return {
      succeeded: this.#succeeded,
      failed: this.#failed,
      lastSuccess: this.#lastSuccess,
      refused: this.#isRefused,
    };
  }
}

const REVISION_METRICS: readonly MetricDefinition<{ readonly policy: PolicyState }>[] = [
  {
    name: "sentry_policy_revision",
    help: "Number of the published policy in force, 0 if none is.",
    values: ({ policy: { current } }) => [[current?.number ?? 0]],
  },
  {
    name: "sentry_policy_published_timestamp_seconds",
    help: "Unix time at which the published policy in force was published, 0 if none is.",
    values: ({ policy: { current } }) => [[(current?.created.getTime() ?? 0) / 1000]],
  },
];

/** Those of `run` for reloads, and the number and age of the revision. */
export const POLICY_METRICS: readonly MetricDefinition<{ readonly policy: PolicyState }>[] = [
  ...RELOAD_METRICS.map(
    ({ values, ...metric }): MetricDefinition<{ readonly policy: PolicyState }> => ({
      ...metric,
      values: ({ policy }) => values(policy),
    }),
  ),
  ...REVISION_METRICS,
];
