// Publishes what workers block by rules that are marked for a fleet, for the nodes of the tenant to deny.

import type { JetStreamClient } from "@nats-io/jetstream";
import { errorText, TargetCheck } from "a3s-sentry/host";
import type { DenyEntry } from "./entry.js";
import { fleetBlocks } from "./fleet-blocks.js";
import { TenantDenies } from "./tenant-denies.js";

export interface FleetDeniesOptions {
  readonly client: JetStreamClient;
  readonly worker: string;
  readonly totals: DenyTotals;
  /** Something failed. The block stays a decision. */
  readonly onFailure: (why: string) => void;
  /** A target was left out because of a limit. */
  readonly onLimited: (why: string) => void;
  readonly signal: AbortSignal;
}

export interface DenyTotals {
  /** Entries that were written. */
  published: number;
  /** Targets that no node denies by an event of another. */
  refused: number;
  /** Targets beyond a limit of the tenant or of a shipper. */
  limited: number;
  /** Entries that could not be written. */
  failed: number;
}

/** Decisions whose message is stored. */
export interface StoredDecisions {
  readonly subject: string;
  readonly audit: Uint8Array;
  readonly revision: string;
  /** The names of the rules whose blocks nodes deny. */
  readonly rules: ReadonlySet<string>;
}

const MAX_TENANTS = 256;
/** A bucket that cannot be used is tried again after so long. */
const RETRY_MS = 30_000;

/** Keeps what is denied for each tenant in memory, as its bucket is. */
export class FleetDenies {
  readonly #options: FleetDeniesOptions;
  readonly #targets = new TargetCheck();
  readonly #tenants = new Map<string, Promise<TenantDenies>>();

  constructor(options: FleetDeniesOptions) {
    this.#options = options;
  }

  /** Never fails, and waits for nothing: what was decided is stored already. */
  publish({ subject, audit, revision, rules }: StoredDecisions): void {
    if (rules.size === 0) return;
    const { worker, totals, onFailure } = this.#options;
    const entries: DenyEntry[] = [];
    for (const { action, ...block } of fleetBlocks(audit, rules)) {
      // By the rules for built-in rules: whoever ships events chooses their targets.
      const checked = this.#targets.check(action, "observed");
      if ("line" in checked) entries.push({ ...block, target: checked.line, worker, revision });
      else totals.refused += 1;
    }
    const tenant = subject.split(".")[1];
    if (entries.length === 0 || tenant === undefined) return;
    this.#of(tenant)
      .then((denies) => {
        for (const entry of entries) denies.add(entry);
      })
      .catch((error: unknown) => {
        totals.failed += entries.length;
        onFailure(`cannot deny on the nodes of \`${tenant}\`: ${errorText(error)}`);
      });
  }

  async #of(tenant: string): Promise<TenantDenies> {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return await known;
    if (this.#tenants.size >= MAX_TENANTS) throw new Error(`there are more than ${MAX_TENANTS} tenants`);
    const denies = TenantDenies.open(tenant, this.#options);
    this.#tenants.set(tenant, denies);
    denies.catch(() => {
      const timer = setTimeout(() => this.#tenants.delete(tenant), RETRY_MS);
      timer.unref();
    });
    return await denies;
  }
}
