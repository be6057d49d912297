// `deny sync`: denies on a node what its fleet denies.

import { setTimeout as delay } from "node:timers/promises";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import {
  CliError,
  type DenyFlags,
  type DenyKind,
  denyFilesOf,
  type ExitCode,
  errorText,
  escapeTerminal,
  fleetNotes,
  formatCount,
  type Io,
  Log,
  metricsAddress,
  metricsFor,
  type PolicyDenyFile,
  serveMetrics,
  setFleetLines,
  untilSignalled,
} from "a3s-sentry/host";
import { integerOf, nameOf } from "../flags.js";
import { accessError } from "../nats/access.js";
import { type ConnectionFlags, connectOnce, connectWhenPossible } from "../nats/connection.js";
import { ConnectionState } from "../nats/connection-state.js";
import { denyBucketOf } from "../nats/names.js";
import { neededHosts } from "./needed-hosts.js";
import { type FleetDeny, type KnownLine, planOf, shrinkage } from "./plan.js";
import { readDenies, stateOf } from "./snapshot.js";
import { SYNC_METRICS, type SyncState } from "./sync-metrics.js";

export interface SyncFlags extends ConnectionFlags, Omit<DenyFlags, "kind"> {
  readonly tenant: string;
  readonly interval: string;
  readonly once?: boolean;
  readonly accept?: boolean;
  readonly metricsAddr?: string;
}

/** The files, and the node's policy, are compared with the bucket so often, also if it has not changed. */
const FULL_MS = 60_000;

const NOT_APPLIED = { name: "", at: Number.NEGATIVE_INFINITY };

/** The bucket has shrunk: nothing was changed, until a person has looked at it. */
class ShrunkBucket extends Error {
  override readonly name = "ShrunkBucket";
}

/** With `--once`, exits with 1 if nothing was changed because the bucket is not to be trusted. */
export async function denySync(flags: SyncFlags, io: Io): Promise<ExitCode> {
  const tenant = nameOf("--tenant", flags.tenant);
  const intervalMs = 1000 * integerOf("--interval", flags.interval, 1, 3600);
  if (flags.accept && !flags.once)
    throw new CliError("`--accept` is for a look at the bucket by a person: add `--once`");
  const log = new Log(io.stderr);
  const connection = new ConnectionState();
  const state = { connection, lines: 0, refused: 0, full: 0, isAlarmed: false, lastSuccessS: 0 };
  // Flags and policies that are wrong show at once.
  await denyFilesOf(flags, io);
  const sync = new Sync(tenant, flags, io, log, state);
  if (flags.once) return await runOnce(sync, flags, io);
  const address = metricsAddress(flags.metricsAddr, io.env);
  const metrics = await metricsFor(address, (library) => new library.Metrics(SYNC_METRICS, () => state));
  const endpoint = await serveMetrics(address, metrics, () => (state.isAlarmed ? "alarm" : connection.problem));
  if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
  return await untilSignalled<ExitCode>(async (signal) => {
    const connecting = { io, name: "a3s-sentry deny sync", log, state: connection };
    const nats = await connectWhenPossible(flags, connecting, signal);
    if (nats === undefined) return 0;
    try {
      while (!signal.aborted) {
        await sync.round(nats);
        await delay(intervalMs, undefined, { signal }).catch(() => {});
      }
      return 0;
    } finally {
      endpoint?.close();
      await nats.close();
    }
  });
}

async function runOnce(sync: Sync, flags: SyncFlags, io: Io): Promise<ExitCode> {
  const nats = await connectOnce(flags, io, "a3s-sentry deny sync");
  try {
    return (await sync.round(nats)) ? 0 : 1;
  } finally {
    await nats.close();
  }
}

class Sync {
  readonly #tenant: string;
  /** The name in the notes. */
  readonly #by: string;
  readonly #flags: SyncFlags;
  readonly #io: Io;
  readonly #log: Log;
  readonly #state: SyncState;
  /** The bucket as the files are, and when that was. */
  #applied = NOT_APPLIED;
  /** What was read last, of a state of the bucket. */
  #read: { readonly name: string; readonly denies: readonly FleetDeny[] } = { name: "", denies: [] };
  #lastProblem = "";

  constructor(tenant: string, flags: SyncFlags, io: Io, log: Log, state: SyncState) {
    this.#tenant = tenant;
    this.#by = `the fleet, for tenant ${tenant}`;
    this.#flags = flags;
    this.#io = io;
    this.#log = log;
    this.#state = state;
  }

  /** Makes the lines of the fleet as the bucket is. `false` if it changed nothing because of a problem, which is logged. */
  async round(nats: NatsConnection): Promise<boolean> {
    try {
      await this.#round(nats);
      if (this.#lastProblem !== "") this.#log.line("the denies of the fleet are in force again");
      this.#lastProblem = "";
      this.#state.isAlarmed = false;
      this.#state.lastSuccessS = Date.now() / 1000;
      return true;
    } catch (error) {
      this.#applied = NOT_APPLIED;
      this.#state.isAlarmed = true;
      const help =
        error instanceof ShrunkBucket
          ? "; look at the bucket, then run `a3s-sentry deny sync --once --accept` if it is right"
          : "";
      const problem = `error: the deny-files stay as they are: ${escapeTerminal(errorText(error))}${help}`;
      if (problem !== this.#lastProblem) this.#log.line(problem);
      this.#lastProblem = problem;
      return false;
    }
  }

  async #round(nats: NatsConnection): Promise<void> {
    const name = denyBucketOf(this.#tenant);
    const bucket = await new Kvm(nats).open(name);
    const found = await stateOf(bucket).catch((error: unknown) => {
      throw accessError(`the bucket \`${name}\``, error);
    });
    const now = performance.now();
    if (found.name === this.#applied.name && now - this.#applied.at < FULL_MS) return;
    if (found.name !== this.#read.name) this.#read = { name: found.name, denies: await readDenies(bucket, found) };
    const denies = this.#read.denies.filter(({ expires }) => expires.getTime() > found.now);
    const policy = await denyFilesOf(this.#flags, this.#io);
    const files = byPath(policy.files);
    const problem = this.#flags.accept
      ? undefined
      : shrinkage(
          files.flatMap((each) => knownIn(each, this.#by)),
          denies,
          found.now,
        );
    if (problem !== undefined) throw new ShrunkBucket(problem);
    const servers = [...(this.#flags.server ?? "").split(","), nats.getServer(), ...(nats.info?.connect_urls ?? [])];
    const { env } = this.#io;
    const { NATS_URL: url = "" } = env;
    const isNeeded = neededHosts({ env, servers: [...servers, ...url.split(",")] });
    const { lines, refused } = planOf(denies, policy.targets, isNeeded);
    let [added, removed, full, total] = [0, 0, 0, 0];
    for (const { file, kinds } of policy.dryRun ? [] : files) {
      const wanted = new Map(kinds.flatMap((kind) => [...lines[kind]]));
      const change = setFleetLines(file, { by: this.#by, lines: wanted, maxLines: policy.maxLines });
      [added, removed, full] = [added + change.added, removed + change.removed, full + change.full];
      total += fleetNotes(file, this.#by).size;
    }
    if (policy.dryRun && this.#applied.name !== found.name) {
      const count = Object.values(lines).reduce((sum, each) => sum + each.size, 0);
      this.#log.line(`dry run: the fleet denies ${formatCount(count, "target")}, and nothing is written`);
    }
    if (added + removed > 0) this.#log.line(`${formatCount(added, "line")} added, ${removed} removed`);
    if (refused > this.#state.refused) {
      this.#log.line(`warning: ${formatCount(refused, "target")} of the fleet are never denied here`);
    }
    if (full > 0 && this.#state.full === 0) {
      this.#log.line(`error: a deny-file is full: ${formatCount(full, "target")} of the fleet are not denied`);
    }
    Object.assign(this.#state, { lines: total, refused, full });
    this.#applied = { name: found.name, at: now };
  }
}

/** A deny-file, and the kinds of targets that are in it. */
interface SharedFile {
  readonly file: PolicyDenyFile;
  readonly kinds: DenyKind[];
}

function byPath(files: readonly PolicyDenyFile[]): readonly SharedFile[] {
  const found = new Map<string, SharedFile>();
  for (const file of files) {
    const shared = found.get(file.path);
    if (shared === undefined) found.set(file.path, { file, kinds: [file.kind] });
    else shared.kinds.push(file.kind);
  }
  return [...found.values()];
}

function knownIn({ file, kinds }: SharedFile, by: string): KnownLine[] {
  return [...fleetNotes(file, by).values()].map(({ target, expires }) => ({ kinds, target, expires }));
}
