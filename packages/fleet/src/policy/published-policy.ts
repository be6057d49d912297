// A policy as it is in the bucket.

import { createHash } from "node:crypto";
import type { KvEntry } from "@nats-io/kv";

/** What `policy publish` stores. */
export interface PublishedPolicy {
  /** The text in ACL, with what it includes. */
  readonly text: string;
  readonly author: string;
  readonly note: string;
}

/** A revision of the bucket. */
export interface PolicyRevision extends PublishedPolicy {
  /** The number that the bucket gave. */
  readonly number: number;
  readonly created: Date;
}

/** The name of a revision in decisions: its number, and a hash of its text. */
export function revisionName({ number, text }: Pick<PolicyRevision, "number" | "text">): string {
  return `${number}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}

/** The policy of an entry; `undefined` if it was deleted, or is not what `policy publish` stores. */
export function revisionOf(entry: KvEntry): PolicyRevision | undefined {
  if (entry.operation !== "PUT") return undefined;
  try {
    const value: unknown = JSON.parse(entry.string());
    if (typeof value !== "object" || value === null) return undefined;
    const { text, author, note } = value as Partial<Record<keyof PublishedPolicy, unknown>>;
    if (typeof text !== "string" || typeof author !== "string" || typeof note !== "string") return undefined;
    return { text, author, note, number: entry.revision, created: entry.created };
  } catch {
    return undefined;
  }
}
