// Follows the policy in the bucket.

import { setTimeout as delay } from "node:timers/promises";
import type { KV } from "@nats-io/kv";
import { errorText } from "a3s-sentry/host";
import { POLICY_KEY } from "../nats/names.js";
import { type PolicyRevision, revisionOf } from "./published-policy.js";

export interface FollowOptions {
  /** Puts a revision in force. A revision that it rejects changes nothing. */
  readonly use: (revision: PolicyRevision) => Promise<void>;
  readonly onRefused: (revision: PolicyRevision, why: string) => void;
  /** The policy was deleted, or the bucket cannot be watched: the last good one stays in force. */
  readonly onProblem: (why: string) => void;
  readonly signal: AbortSignal;
}

const RETRY_MS = 1_000;

/** Follows until `signal` aborts. Resolves once the policy that is published now is in force, or refused. */
export async function follow(bucket: KV, options: FollowOptions): Promise<void> {
  const first = await bucket.get(POLICY_KEY);
  const used = { number: 0 };
  if (first !== null) await take(first, used, options);
  void watch(bucket, used, options);
}

async function watch(bucket: KV, used: { number: number }, options: FollowOptions): Promise<void> {
  const { signal, onProblem } = options;
  while (!signal.aborted) {
    try {
      const entries = await bucket.watch({ key: POLICY_KEY });
      const stop = (): void => entries.stop();
      signal.addEventListener("abort", stop);
      for await (const entry of entries) await take(entry, used, options);
      signal.removeEventListener("abort", stop);
    } catch (error) {
      if (!signal.aborted) onProblem(`cannot watch the policy: ${errorText(error)}`);
    }
    await delay(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function take(
  entry: Parameters<typeof revisionOf>[0],
  used: { number: number },
  { use, onRefused, onProblem }: FollowOptions,
): Promise<void> {
  // A watch begins with the last value.
  if (entry.revision <= used.number) return;
  used.number = entry.revision;
  const revision = revisionOf(entry);
  if (revision === undefined) {
    onProblem("the policy was deleted or is damaged: the last good one stays in force");
    return;
  }
  try {
    await use(revision);
  } catch (error) {
    onRefused(revision, errorText(error));
  }
}
