// Connects to the servers.

import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  nkeyAuthenticator,
} from "@nats-io/transport-node";
import { CliError, errorText, type Io, type Log } from "a3s-sentry/host";
import type { ConnectionState } from "./connection-state.js";

/** The flags of every command that connects. */
export interface ConnectionFlags {
  /** URLs, separated by commas. */
  readonly server?: string;
  readonly creds?: string;
  readonly nkey?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** The prefix of the subjects of replies: clients with one of their own cannot read those of others. */
  readonly inbox?: string;
}

const DEFAULT_SERVER = "nats://127.0.0.1:4222";
const RETRY_MS = 1_000;
/** Signing with an NKey takes a while on a node under load. */
const CONNECT_MS = 20_000;

/** Connects, or throws a `CliError`. */
export async function connectOnce(flags: ConnectionFlags, io: Io, name: string): Promise<NatsConnection> {
  const options = optionsOf(flags, io, name);
  try {
    return await connect({ ...options, reconnect: false });
  } catch (error) {
    throw new CliError(`cannot connect to ${serversOf(options)}: ${errorText(error)}`, { cause: error });
  }
}

/** What a process that stays connected needs. */
export interface Connecting {
  readonly io: Io;
  readonly name: string;
  readonly log: Log;
  /** Is kept up to date, if it is given. */
  readonly state?: ConnectionState;
}

/**
 * Connects as soon as a server can be reached, and stays connected: logs each change. `undefined` if `signal` aborts
 * before. Throws a `CliError` for flags that no server can fulfil.
 */
export async function connectWhenPossible(
  flags: ConnectionFlags,
  { io, name, log, state }: Connecting,
  signal: AbortSignal,
): Promise<NatsConnection | undefined> {
  const options = optionsOf(flags, io, name);
  const servers = serversOf(options);
  for (let last = ""; !signal.aborted; ) {
    try {
      const connection = await connect(options);
      log.line(`connected to ${servers}`);
      if (state !== undefined) state.connected = true;
      void followChanges(connection, log, state);
      return connection;
    } catch (error) {
      const message = errorText(error);
      if (message !== last) log.line(`warning: cannot connect to ${servers}: ${message} (tried again every second)`);
      last = message;
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

async function followChanges(connection: NatsConnection, log: Log, state: ConnectionState | undefined): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect") {
      log.line(`warning: disconnected from \`${status.server}\``);
      if (state !== undefined) state.disconnects += 1;
    }
    if (status.type === "reconnect") log.line(`reconnected to \`${status.server}\``);
    if (state !== undefined && (status.type === "disconnect" || status.type === "reconnect")) {
      state.connected = status.type === "reconnect";
    }
    if (status.type === "error") log.line(`error: the server refuses: ${errorText(status.error)}`);
  }
}

function optionsOf(flags: ConnectionFlags, { env }: Io, name: string): NodeConnectionOptions {
  const { NATS_URL: url = DEFAULT_SERVER } = env;
  const servers = (flags.server ?? url).split(",").map((server) => server.trim());
  const authenticator = authenticatorOf(flags);
  const { tlsCa: ca, tlsCert: cert, tlsKey: key, inbox } = flags;
  if (inbox !== undefined && !/^\w+$/.test(inbox)) {
    throw new CliError(`\`--inbox\` must have letters, digits and \`_\` only, not \`${inbox}\``);
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new CliError("`--tls-cert` and `--tls-key` belong together: give both");
  }
  for (const file of [ca, cert, key]) if (file !== undefined) read(file);
  const tls = ca === undefined && cert === undefined ? undefined : { caFile: ca, certFile: cert, keyFile: key };
  return {
    servers,
    name,
    timeout: CONNECT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    // Credentials may be wrong for a moment, while they are changed on the server.
    ignoreAuthErrorAbort: true,
    ...(inbox !== undefined && { inboxPrefix: inbox }),
    ...(authenticator !== undefined && { authenticator }),
    ...(tls !== undefined && { tls: defined(tls) }),
  };
}

function authenticatorOf({ creds, nkey }: ConnectionFlags): Authenticator | undefined {
  if (creds !== undefined && nkey !== undefined) throw new CliError("`--creds` and `--nkey` exclude each other");
  if (creds !== undefined) return credsAuthenticator(read(creds));
  // A seed file ends with a newline.
  if (nkey !== undefined) return nkeyAuthenticator(Buffer.from(read(nkey).toString("utf8").trim()));
  return undefined;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CliError(`cannot read \`${file}\`: ${errorText(error)}`, { cause: error });
  }
}

/** For messages, without what a URL may hold of a user and password. */
function serversOf({ servers }: NodeConnectionOptions): string {
  const list = typeof servers === "string" ? [servers] : (servers ?? []);
  return list.map((server) => `\`${server.replace(/\/\/[^/@]*@/, "//")}\``).join(", ");
}

function defined<T extends object>(table: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
