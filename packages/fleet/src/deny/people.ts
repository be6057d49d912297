// `fleet denies` and `fleet withdraw`: what the nodes of a tenant deny, and what people take back.

import { userInfo } from "node:os";
import { type KV, Kvm } from "@nats-io/kv";
import {
  CliError,
  DENY_KINDS,
  type DenyKind,
  type ExitCode,
  errorText,
  escapeTerminal,
  type Io,
  writeOut,
} from "a3s-sentry/host";
import { nameOf } from "../flags.js";
import { type ConnectionFlags, connectOnce } from "../nats/connection.js";
import { denyBucketOf } from "../nats/names.js";
import { entryKey } from "./entry.js";
import { type BucketState, readDenies, stateOf } from "./snapshot.js";

export interface DeniesFlags extends ConnectionFlags {
  readonly tenant: string;
  readonly json?: boolean;
}

export interface WithdrawFlags extends ConnectionFlags {
  readonly tenant: string;
  readonly kind?: DenyKind;
}

/** Lists what is denied, the newest last. */
export async function denies(flags: DeniesFlags, io: Io): Promise<ExitCode> {
  return await inBucket(flags, io, async (bucket, state) => {
    const found = (await readDenies(bucket, state)).sort((a, b) => a.added.getTime() - b.added.getTime());
    const lines = found.map(({ entryKey: _, isWithdrawn, ...entry }) => {
      if (flags.json) return JSON.stringify({ ...entry, withdrawn: isWithdrawn });
      const { kind, target, expires, reason, key } = entry;
      const end = isWithdrawn ? "withdrawn" : `until ${expires.toISOString()}`;
      return escapeTerminal(`${kind.padEnd("egress".length)}  ${target}  ${end}: ${reason} (event ${key})`);
    });
    await writeOut(io.stdout, lines.map((line) => `${line}\n`).join(""));
    return 0;
  });
}

/** Has no node deny targets. Exits with 1 if one of them is not denied. */
export async function withdraw(targets: readonly string[], flags: WithdrawFlags, io: Io): Promise<ExitCode> {
  return await inBucket(flags, io, async (bucket, state) => {
    const denied = new Set((await readDenies(bucket, state)).map(({ kind, target }) => `${kind} ${target}`));
    const value = JSON.stringify({ by: userInfo().username });
    let code: ExitCode = 0;
    for (const target of targets) {
      const kinds = DENY_KINDS.filter((kind) => flags.kind === undefined || kind === flags.kind);
      const found = kinds.filter((kind) => denied.has(`${kind} ${target}`));
      for (const kind of found) {
        await bucket.put(entryKey("withdrawn", kind, target), value);
        await writeOut(io.stdout, `withdrawn: ${escapeTerminal(target)} (${kind})\n`);
      }
      if (found.length > 0) continue;
      io.stderr.write(`\`${escapeTerminal(target)}\` is not denied by the fleet: see \`a3s-sentry fleet denies\`\n`);
      code = 1;
    }
    return code;
  });
}

async function inBucket(
  flags: ConnectionFlags & { readonly tenant: string },
  io: Io,
  work: (bucket: KV, state: BucketState) => Promise<ExitCode>,
): Promise<ExitCode> {
  const name = denyBucketOf(nameOf("--tenant", flags.tenant));
  const connection = await connectOnce(flags, io, "a3s-sentry fleet");
  try {
    const bucket = await new Kvm(connection).open(name);
    return await work(bucket, await stateOf(bucket));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(
      `cannot use the bucket \`${name}\`: ${errorText(error)}: \`a3s-sentry fleet init --deny-tenants ${flags.tenant}\` creates it`,
      { cause: error },
    );
  } finally {
    await connection.close();
  }
}
