// What is in the bucket of denies: one entry for each target.

import { createHash } from "node:crypto";
import type { KvEntry } from "@nats-io/kv";
import { DENY_KINDS, type DenyKind } from "a3s-sentry/host";

/** A target that all nodes deny, and why. Its end is that of its entry. */
export interface DenyEntry {
  readonly kind: DenyKind;
  readonly target: string;
  readonly rule: string;
  readonly reason: string;
  /** The key of the event that was blocked. */
  readonly key: string;
  readonly worker: string;
  /** The revision of the policy. */
  readonly revision: string;
}

/** Keys that workers write, and those that people write, by whom a target is not denied. */
export type KeyPrefix = "deny" | "withdrawn";

/** An entry has at most so many bytes, so that a bucket has a bounded number of lines. */
const MAX_ENTRY_BYTES = 8192;
const FIELDS = ["target", "rule", "reason", "key", "worker", "revision"] as const;

/** A target is no key: it has other characters. */
export function entryKey(prefix: KeyPrefix, kind: DenyKind, target: string): string {
  return `${prefix}.${kind}.${createHash("sha256").update(target).digest("hex").slice(0, 32)}`;
}

/** The entry of a key `deny.…`; `undefined` if it was deleted, or no worker has written it. */
export function denyEntryOf(entry: Pick<KvEntry, "key" | "operation" | "value">): DenyEntry | undefined {
  if (entry.operation !== "PUT" || entry.value.length > MAX_ENTRY_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(entry.value).toString("utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const fields = value as Readonly<Record<string, unknown>>;
    const { kind } = fields;
    if (!DENY_KINDS.some((each) => each === kind)) return undefined;
    if (FIELDS.some((name) => typeof fields[name] !== "string")) return undefined;
    const found = fields as unknown as DenyEntry;
    // Otherwise one target could have many entries.
    return entryKey("deny", found.kind, found.target) === entry.key ? found : undefined;
  } catch {
    return undefined;
  }
}
