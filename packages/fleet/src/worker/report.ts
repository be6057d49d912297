// The reports of workers: what each has in force, and how it does.

import type { NatsConnection } from "@nats-io/transport-node";
import { WORKERS_BUCKET } from "../nats/names.js";
import { openBucket } from "../policy/bucket.js";

/** The revision of a worker that has no policy yet: it judges nothing. */
export const NO_REVISION = "none";

export interface WorkerReport {
  readonly worker: string;
  /** The name of the revision in force, or {@link NO_REVISION}. */
  readonly revision: string;
  /** The last revision, if this worker could not use it. */
  readonly refused?: { readonly revision: string; readonly why: string };
  readonly events: number;
  readonly blocked: number;
  readonly deadLetters: number;
  /** Escalations that wait for slow tiers. */
  readonly escalations: number;
}

/** The reports of the last minute, by the names of the workers. */
export async function workerReports(connection: NatsConnection): Promise<WorkerReport[]> {
  const bucket = await openBucket(connection, WORKERS_BUCKET);
  const names: string[] = [];
  for await (const name of await bucket.keys()) names.push(name);
  const found: WorkerReport[] = [];
  for (const name of names.sort()) {
    const entry = await bucket.get(name);
    if (entry?.operation === "PUT") found.push(entry.json<WorkerReport>());
  }
  return found;
}
