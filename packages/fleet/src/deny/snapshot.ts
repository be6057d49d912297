// Reads the bucket of denies.

import type { KV } from "@nats-io/kv";
import { denyEntryOf } from "./entry.js";
import type { FleetDeny } from "./plan.js";

/** The last time that a date can have: for a bucket whose entries do not end. */
const MAX_TIME = 8.64e15;
/** More is not read: a bucket of its size has fewer. */
const MAX_ENTRIES = 50_000;

/** A state of the bucket: it differs whenever something was written or has ended. */
export interface BucketState {
  readonly name: string;
  /** How long an entry lasts. */
  readonly ttlMs: number;
  /** The time of the servers, in milliseconds. Servers before 2.10 do not give it: then it is this machine's. */
  readonly now: number;
}

export async function stateOf(bucket: KV): Promise<BucketState> {
  const { streamInfo, ttl } = await bucket.status();
  const { state, created, ts } = streamInfo;
  const name = [created, state.first_seq, state.last_seq, state.messages].join(" ");
  return { name, ttlMs: ttl, now: Date.parse(ts ?? "") || Date.now() };
}

/** What is denied and not withdrawn. Rejects if the servers do not answer. */
export async function readDenies(bucket: KV, { ttlMs, now }: BucketState): Promise<FleetDeny[]> {
  const denies: FleetDeny[] = [];
  const withdrawn = new Set<string>();
  let read = 0;
  for await (const entry of await bucket.history()) {
    read += 1;
    if (read > MAX_ENTRIES) throw new Error(`the bucket has more than ${MAX_ENTRIES} entries`);
    if (entry.key.startsWith("withdrawn.")) {
      if (entry.operation === "PUT") withdrawn.add(entry.key.replace("withdrawn.", "deny."));
      continue;
    }
    const found = denyEntryOf(entry);
    if (found === undefined) continue;
    const endMs = ttlMs > 0 ? entry.created.getTime() + ttlMs : MAX_TIME;
    if (endMs > now) denies.push({ ...found, entryKey: entry.key, added: entry.created, expires: new Date(endMs) });
  }
  return denies.map((each) => (withdrawn.has(each.entryKey) ? { ...each, isWithdrawn: true } : each));
}
