// The flags of `serve`, read.

import { resolve } from "node:path";
import { type Address, parseAddress } from "../../daemon/config/address.js";
import type { AuditLost } from "../../daemon/config/words.js";
import { foundUserPolicy } from "../../guard/policy-layers.js";
import type { Argv } from "../../guard/resident/notify.js";
import type { Access } from "../../guard/resident/own-socket.js";
import { userSocket } from "../../guard/sockets.js";
import { CliError } from "../io.js";

export interface ServeFlags {
  readonly policy?: string;
  readonly socket?: string;
  readonly shared?: boolean;
  readonly http?: string;
  readonly notify?: string;
  readonly workers?: string;
  readonly metricsAddr?: string;
  readonly auditLost: AuditLost;
  readonly json?: boolean;
}

export interface ServeSettings {
  /** The user's policy; `undefined` if there is none besides the organisation's. */
  readonly user: string | undefined;
  readonly socket: string;
  readonly access: Access;
  readonly httpPort: number | undefined;
  readonly notify: Argv | undefined;
  readonly workers: number;
  readonly metrics: Address | undefined;
}

const DEFAULT_WORKERS = 4;
const MAX_WORKERS = 1024;
const MAX_PORT = 65_535;

/** Throws a `CliError`. */
export function serveSettings(flags: ServeFlags): ServeSettings {
  const { policy, socket, shared = false, http, notify, workers, metricsAddr } = flags;
  return {
    // Decided once: a policy that disappears later must not be taken for one that never was.
    user: policy === undefined ? foundUserPolicy() : resolve(policy),
    socket: socket === undefined ? userSocket() : resolve(socket),
    access: shared ? "shared" : "own",
    httpPort: http === undefined ? undefined : whole("--http", http, 0, MAX_PORT),
    notify: notify === undefined ? undefined : argvOf(notify),
    workers: workers === undefined ? DEFAULT_WORKERS : whole("--workers", workers, 1, MAX_WORKERS),
    metrics: metricsAddr === undefined ? undefined : addressOf(metricsAddr),
  };
}

function whole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < min || value > max) {
    throw new CliError(`\`${flag}\` must be a whole number from ${min} to ${max}, not \`${text}\``);
  }
  return value;
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) {
    throw new CliError(
      `\`--metrics-addr\` must be an IP address and a port, such as \`127.0.0.1:9465\`, not \`${text}\``,
    );
  }
  return address;
}

/** A program, or a JSON list of a program and its arguments. */
function argvOf(text: string): Argv {
  if (!text.trimStart().startsWith("[")) {
    if (text === "") throw new CliError("`--notify` must not be empty");
    return [text];
  }
  const list = listIn(text);
  const [program, ...args] = list.filter((item): item is string => typeof item === "string" && item !== "");
  if (program === undefined || args.length + 1 !== list.length) {
    throw new CliError(
      `\`--notify\` must be a program, or a JSON list of texts such as \`["mail", "-s", "agent", "me"]\``,
    );
  }
  return [program, ...args];
}

function listIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
