// The denies of one tenant: the bucket as it is, and the limits on what is added.

import { setTimeout as delay } from "node:timers/promises";
import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import { errorText } from "a3s-sentry/host";
import { denyBucketOf, partsOfKey } from "../nats/names.js";
import { type DenyEntry, denyEntryOf, entryKey } from "./entry.js";
import type { FleetDeniesOptions } from "./fleet-denies.js";
import { HourlyLimit } from "./hourly-limit.js";
import { type BucketState, stateOf } from "./snapshot.js";

/** New targets within an hour. */
const MOST_PER_TENANT = 200;
const MOST_PER_SHIPPER = 20;
/** Entries that are being written. */
const MAX_PENDING = 100;
const RETRY_MS = 1_000;
/** Of the 8 MiB of a bucket, workers leave the rest to people, who may have to withdraw something. */
const MAX_BYTES = 6 << 20;
/** What a server stores beside a value. */
const ENTRY_BYTES = 256;

interface Known {
  /** When it was written, by the clock of the servers. */
  readonly at: number;
  readonly bytes: number;
}

/** Writes entries that the bucket does not have, and renews those of which half the time is over. */
export class TenantDenies {
  readonly #bucket: KV;
  readonly #ttlMs: number;
  /** The time of the servers: this machine's clock may be wrong. */
  readonly #now: () => number;
  readonly #options: FleetDeniesOptions;
  readonly #known = new Map<string, Known>();
  #bytes = 0;
  /** Keys, and when they were withdrawn. */
  readonly #withdrawn = new Map<string, number>();
  readonly #ofTenant = new HourlyLimit(MOST_PER_TENANT);
  readonly #ofShipper = new HourlyLimit(MOST_PER_SHIPPER);
  #pending = 0;

  private constructor(bucket: KV, { ttlMs, now }: BucketState, options: FleetDeniesOptions) {
    const since = performance.now();
    this.#bucket = bucket;
    this.#ttlMs = ttlMs;
    this.#now = () => now + performance.now() - since;
    this.#options = options;
  }

  /** Rejects if the tenant has no bucket, or the servers do not answer. */
  static async open(tenant: string, options: FleetDeniesOptions): Promise<TenantDenies> {
    const name = denyBucketOf(tenant);
    const bucket = await new Kvm(options.client).open(name);
    const state = await stateOf(bucket).catch((error: unknown) => {
      throw new Error(`cannot use the bucket \`${name}\`: ${errorText(error)}`, { cause: error });
    });
    const denies = new TenantDenies(bucket, state, options);
    for await (const entry of await bucket.history()) denies.#learn(entry);
    void denies.#watch();
    return denies;
  }

  add(entry: DenyEntry): void {
    const { totals, onLimited } = this.#options;
    const { kind, target, key: event } = entry;
    const key = entryKey("deny", kind, target);
    const now = this.#now();
    const before = this.#known.get(key);
    if (this.#lasts(this.#withdrawn.get(key), now, 1) || this.#lasts(before?.at, now, 2)) return;
    const value = JSON.stringify(entry);
    const bytes = Buffer.byteLength(value) + ENTRY_BYTES;
    if (this.#pending >= MAX_PENDING || (before === undefined && !this.#mayAdd(event, bytes, now))) {
      totals.limited += 1;
      onLimited("targets are not denied on all nodes: more are new than the limits allow");
      return;
    }
    if (before === undefined) this.#count(event, now);
    this.#remember(key, { at: now, bytes });
    void this.#write(key, value, before);
  }

  /** Whether what was written at a time is there for this part of its time. */
  #lasts(at: number | undefined, now: number, part: number): boolean {
    return at !== undefined && (this.#ttlMs === 0 || now - at < this.#ttlMs / part);
  }

  /** The same for all workers, since each learns what the others add. */
  #mayAdd(event: string, bytes: number, now: number): boolean {
    if (this.#bytes + bytes > MAX_BYTES) this.#forgetEnded(now);
    if (this.#bytes + bytes > MAX_BYTES) return false;
    const shipper = partsOfKey(event)?.shipper ?? "";
    return this.#ofTenant.hasRoom("", now) && this.#ofShipper.hasRoom(shipper, now);
  }

  #count(event: string, at: number): void {
    const now = this.#now();
    this.#ofTenant.count("", at, now);
    this.#ofShipper.count(partsOfKey(event)?.shipper ?? "", at, now);
  }

  #forgetEnded(now: number): void {
    for (const [key, { at }] of this.#known) if (!this.#lasts(at, now, 1)) this.#forget(key);
    for (const [key, at] of this.#withdrawn) if (!this.#lasts(at, now, 1)) this.#withdrawn.delete(key);
  }

  #remember(key: string, known: Known): void {
    this.#forget(key);
    this.#known.set(key, known);
    this.#bytes += known.bytes;
  }

  #forget(key: string): void {
    this.#bytes -= this.#known.get(key)?.bytes ?? 0;
    this.#known.delete(key);
  }

  async #write(key: string, value: string, before: Known | undefined): Promise<void> {
    const { totals, onFailure } = this.#options;
    this.#pending += 1;
    try {
      await this.#bucket.put(key, value);
      totals.published += 1;
    } catch (error) {
      totals.failed += 1;
      if (before === undefined) this.#forget(key);
      else this.#remember(key, before);
      onFailure(`cannot deny on all nodes: ${errorText(error)}`);
    } finally {
      this.#pending -= 1;
    }
  }

  async #watch(): Promise<void> {
    const { signal, onFailure } = this.#options;
    while (!signal.aborted) {
      try {
        const entries = await this.#bucket.watch();
        const stop = (): void => entries.stop();
        signal.addEventListener("abort", stop);
        for await (const entry of entries) this.#learn(entry);
        signal.removeEventListener("abort", stop);
      } catch (error) {
        if (!signal.aborted) onFailure(`cannot watch what is denied: ${errorText(error)}`);
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  #learn(entry: KvEntry): void {
    const { key, operation, created } = entry;
    if (key.startsWith("withdrawn.")) {
      const denied = key.replace("withdrawn.", "deny.");
      if (operation === "PUT") this.#withdrawn.set(denied, created.getTime());
      else this.#withdrawn.delete(denied);
      return;
    }
    if (operation !== "PUT") {
      this.#forget(key);
      return;
    }
    const found = denyEntryOf(entry);
    if (found === undefined) return;
    if (!this.#known.has(key)) this.#count(found.key, created.getTime());
    this.#remember(key, { at: created.getTime(), bytes: entry.length + ENTRY_BYTES });
  }
}
