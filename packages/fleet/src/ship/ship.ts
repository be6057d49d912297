// `ship`: sends the events of stdin to the servers, by way of a spool.

import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { jetstream } from "@nats-io/jetstream";
import {
  CliError,
  type ExitCode,
  errorText,
  formatCount,
  type Io,
  Log,
  metricsAddress,
  metricsFor,
  serveMetrics,
  untilSignalled,
} from "a3s-sentry/host";
import { integerOf, nameOf } from "../flags.js";
import { type ConnectionFlags, connectWhenPossible } from "../nats/connection.js";
import { ConnectionState } from "../nats/connection-state.js";
import { MAX_PARTITIONS } from "../nats/names.js";
import { Signal } from "../signal.js";
import { EventGroups } from "./event-groups.js";
import { Publisher } from "./publisher.js";
import { MAX_RECORD_BYTES } from "./record.js";
import { SHIP_METRICS, type ShipState } from "./ship-metrics.js";
import { type NewRecord, Spool } from "./spool.js";

export interface ShipFlags extends ConnectionFlags {
  readonly spool: string;
  readonly spoolBytes: string;
  readonly tenant: string;
  readonly name?: string;
  readonly partitions: string;
  readonly linger: string;
  readonly metricsAddr?: string;
}

/** So many bytes are written to the spool at once, or what has come within the linger time. */
const FLUSH_BYTES = 4 << 20;
const SYNC_MS = 1_000;
/** After a signal, what was read may still be published for so long. The rest waits in the spool. */
const GRACE_MS = 5_000;
const MIN_SPOOL_BYTES = 32 << 20;

export async function ship(flags: ShipFlags, io: Io): Promise<ExitCode> {
  const settings = {
    tenant: nameOf("--tenant", flags.tenant),
    shipper: nameOf(
      "--name",
      flags.name ??
        hostname()
          .replace(/[^A-Za-z0-9_-]/g, "_")
          .slice(0, 64),
    ),
    partitions: integerOf("--partitions", flags.partitions, 1, MAX_PARTITIONS),
  };
  const lingerMs = integerOf("--linger", flags.linger, 1, 60_000);
  const maxBytes = integerOf("--spool-bytes", flags.spoolBytes, MIN_SPOOL_BYTES, Number.MAX_SAFE_INTEGER);
  const address = metricsAddress(flags.metricsAddr, io.env);
  const spool = await Spool.open({ folder: flags.spool, maxBytes });
  try {
    const log = new Log(io.stderr);
    const run = new Shipping(spool, log, lingerMs);
    const metrics = await metricsFor(address, (library) => new library.Metrics(SHIP_METRICS, () => run.state));
    const endpoint = await serveMetrics(address, metrics, () => run.problem);
    if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
    try {
      return await untilSignalled(async (signal) => await run.run(flags, settings, io, signal));
    } finally {
      endpoint?.close();
    }
  } finally {
    spool.close();
  }
}

interface Settings {
  readonly tenant: string;
  readonly shipper: string;
  readonly partitions: number;
}

/** One run: reads, spools and publishes side by side. */
class Shipping {
  readonly #spool: Spool;
  readonly #log: Log;
  readonly #lingerMs: number;
  readonly #released = new Signal();
  readonly #connection = new ConnectionState();
  /** Whether nothing is read until the spool has room, or can be written. */
  #isWaiting = false;
  #publisher: Publisher | undefined;
  /** Records that could not be written to the spool. Nothing is read until they are. */
  #unwritten: readonly NewRecord[] = [];

  constructor(spool: Spool, log: Log, lingerMs: number) {
    this.#spool = spool;
    this.#log = log;
    this.#lingerMs = lingerMs;
  }

  get state(): ShipState {
    const published = this.#publisher?.totals ?? { events: 0, messages: 0, duplicates: 0, failures: 0 };
    return { spool: this.#spool, connection: this.#connection, published, isWaiting: this.#isWaiting };
  }

  /** Why the shipper is not healthy; `undefined` if it is. */
  get problem(): string | undefined {
    return this.#isWaiting ? "no events are read: the spool has no room" : this.#connection.problem;
  }

  async run(flags: ConnectionFlags, settings: Settings, io: Io, signal: AbortSignal): Promise<ExitCode> {
    const { waitingBytes, cutBytes } = this.#spool.recovered;
    if (waitingBytes > 0) this.#log.line(`${formatCount(waitingBytes, "byte")} of events wait in the spool`);
    if (cutBytes > 0) {
      this.#log.line(`warning: the last write to the spool was cut: ${formatCount(cutBytes, "byte")} are dropped`);
    }
    const stop = new AbortController();
    // One listener for each message that waits to be tried again.
    setMaxListeners(0, stop.signal);
    const syncing = setInterval(() => void this.#sync(), SYNC_MS);
    const connected = this.#connect(flags, settings, io, stop.signal);
    connected.catch(() => {});
    try {
      // Flags that are wrong show at once, a server that is away does not.
      await Promise.race([this.#read(settings, io, signal), connected.then(() => new Promise<never>(() => {}))]);
      await this.#drain(signal);
    } finally {
      clearInterval(syncing);
      stop.abort();
      const connection = await connected.catch(() => undefined);
      await connection?.close();
      await this.#sync();
    }
    const { events = 0 } = this.#publisher?.totals ?? {};
    const left = this.#spool.isEmpty ? "" : "; the rest waits in the spool for the next start";
    this.#log.line(`a3s-sentry: shipped ${formatCount(events, "event")}${left}`);
    return 0;
  }

  async #connect(flags: ConnectionFlags, settings: Settings, io: Io, signal: AbortSignal) {
    const name = `a3s-sentry ship ${settings.shipper}`;
    const connection = await connectWhenPossible(flags, { io, name, log: this.#log, state: this.#connection }, signal);
    if (connection === undefined) return undefined;
    this.#publisher = new Publisher({
      ...settings,
      spool: this.#spool,
      connection,
      client: jetstream(connection),
      log: this.#log,
      signal,
      onReleased: () => this.#released.set(),
    });
    this.#publisher.advance();
    return connection;
  }

  /** Reads until the input ends or `signal` aborts. What was read is then in the spool. */
  async #read({ shipper }: Settings, { stdin }: Io, signal: AbortSignal): Promise<void> {
    const groups = new EventGroups(shipper);
    const timer = setInterval(() => void this.#flush(groups), this.#lingerMs);
    try {
      for await (const chunk of chunksOf(stdin, signal)) {
        groups.push(chunk);
        if (groups.bytes >= FLUSH_BYTES) this.#flush(groups);
        await this.#waitForRoom(groups, signal);
      }
      if (!signal.aborted) groups.end();
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`cannot ship: ${errorText(error)}`, { cause: error });
    } finally {
      clearInterval(timer);
      this.#flush(groups);
    }
  }

  #flush(groups: EventGroups): void {
    const records = [...this.#unwritten, ...groups.take()];
    if (records.length === 0) return;
    try {
      this.#spool.append(records);
      this.#unwritten = [];
    } catch (error) {
      if (this.#unwritten.length === 0) this.#log.line(`error: cannot write to the spool: ${errorText(error)}`);
      this.#unwritten = records;
    }
    this.#publisher?.advance();
  }

  /** Nothing is dropped: while there is no room, the input is read no further, and its writer waits. */
  async #waitForRoom(groups: EventGroups, signal: AbortSignal): Promise<void> {
    const hasRoom = (): boolean =>
      this.#unwritten.length === 0 && this.#spool.hasRoomFor(FLUSH_BYTES + MAX_RECORD_BYTES);
    if (hasRoom()) return;
    this.#isWaiting = true;
    if (this.#unwritten.length === 0) {
      this.#log.line("error: the spool is full: no more events are read until the servers take those in it");
    }
    while (!signal.aborted && !hasRoom()) {
      await this.#released.wait(signal, SYNC_MS);
      if (this.#unwritten.length > 0) this.#flush(groups);
    }
    this.#isWaiting = false;
    if (!signal.aborted) this.#log.line("the spool has room again: events are read");
  }

  /** Until all is published; after a signal, for a limited time. */
  async #drain(signal: AbortSignal): Promise<void> {
    const limit = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      timer = setTimeout(() => limit.abort(), this.#publisher === undefined ? 0 : GRACE_MS);
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
    while (!limit.signal.aborted && !(this.#publisher?.isIdle ?? this.#spool.isEmpty))
      await this.#released.wait(limit.signal, SYNC_MS);
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }

  async #sync(): Promise<void> {
    try {
      await this.#spool.sync();
    } catch (error) {
      this.#log.line(`warning: cannot write the spool to the disk: ${errorText(error)}`);
    }
  }
}

async function* chunksOf(input: Io["stdin"], signal: AbortSignal): AsyncGenerator<Buffer> {
  const end = (): void => void input.destroy();
  if (signal.aborted) return;
  signal.addEventListener("abort", end);
  try {
    for await (const chunk of input) yield chunk as Buffer;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
