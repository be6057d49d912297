// The bucket of policies.

import { jetstream } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { CliError, errorText } from "a3s-sentry/host";
import { accessError } from "../nats/access.js";
import { POLICY_BUCKET, POLICY_KEY } from "../nats/names.js";
import { type PolicyRevision, type PublishedPolicy, revisionOf } from "./published-policy.js";

/** Rejects with a `CliError` if there is none. */
export async function openBucket(connection: NatsConnection, name = POLICY_BUCKET): Promise<KV> {
  try {
    const bucket = await new Kvm(jetstream(connection)).open(name);
    await bucket.status();
    return bucket;
  } catch (error) {
    throw accessError(`the bucket \`${name}\``, error);
  }
}

/** The revisions that the bucket keeps, the newest last. */
export async function revisions(bucket: KV): Promise<PolicyRevision[]> {
  const found: PolicyRevision[] = [];
  for await (const entry of await bucket.history({ key: POLICY_KEY })) {
    const revision = revisionOf(entry);
    if (revision !== undefined) found.push(revision);
  }
  return found;
}

/** Stores a policy, and returns its number. Rejects with a `CliError` if somebody else has published meanwhile. */
export async function store(bucket: KV, policy: PublishedPolicy): Promise<number> {
  const last = await bucket.get(POLICY_KEY);
  const bytes = JSON.stringify(policy);
  try {
    return last === null
      ? await bucket.create(POLICY_KEY, bytes)
      : await bucket.update(POLICY_KEY, bytes, last.revision);
  } catch (error) {
    if (/wrong last sequence/.test(errorText(error))) {
      throw new CliError("somebody else has published a policy just now: look at it with `a3s-sentry policy list`", {
        cause: error,
      });
    }
    throw new CliError(`cannot publish: ${errorText(error)}`, { cause: error });
  }
}
