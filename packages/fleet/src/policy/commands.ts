// `policy publish`, `list`, `rollback` and `status`.

import { userInfo } from "node:os";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { CliError, type ExitCode, type Io, testPolicies, writeOut } from "a3s-sentry/host";
import { integerOf } from "../flags.js";
import { type ConnectionFlags, connectOnce } from "../nats/connection.js";
import { workerReports } from "../worker/report.js";
import { openBucket, revisions, store } from "./bucket.js";
import { portableText } from "./portable-text.js";
import { type PolicyRevision, revisionName } from "./published-policy.js";

export interface PublishFlags extends ConnectionFlags {
  readonly author?: string;
  readonly note?: string;
}

const MAX_NOTE = 1_000;

/** Publishes a policy if it is valid and its tests pass. */
export async function policyPublish(file: string, flags: PublishFlags, io: Io): Promise<ExitCode> {
  const text = await portableText(file);
  const code = await testPolicies([file], {}, io);
  if (code !== 0) throw new CliError(`\`${file}\` is not published: its tests have to pass`);
  return await inBucket(flags, io, async (bucket) => {
    const number = await store(bucket, { text, ...signature(flags) });
    await writeOut(io.stdout, `published: revision ${revisionName({ number, text })}\n`);
    return 0;
  });
}

/** Lists the revisions that the bucket keeps. */
export async function policyList(flags: ConnectionFlags, io: Io): Promise<ExitCode> {
  return await inBucket(flags, io, async (bucket) => {
    const all = await revisions(bucket);
    const lines = all.map((revision, index) => `${index === all.length - 1 ? "*" : " "} ${lineOf(revision)}\n`);
    await writeOut(io.stdout, lines.join("") || "no policy is published: workers without `--policy` wait for one\n");
    return 0;
  });
}

/** Publishes an earlier revision again. */
export async function policyRollback(number: string, flags: PublishFlags, io: Io): Promise<ExitCode> {
  const wanted = integerOf("REVISION", number.split("-")[0] ?? "", 1, Number.MAX_SAFE_INTEGER);
  return await inBucket(flags, io, async (bucket) => {
    const found = (await revisions(bucket)).find((revision) => revision.number === wanted);
    if (found === undefined) {
      throw new CliError(
        `the bucket has no revision \`${wanted}\`: \`a3s-sentry policy list\` shows those that it keeps`,
      );
    }
    const { text } = found;
    const { note, ...signed } = signature(flags);
    const next = await store(bucket, { text, ...signed, note: note === "" ? `rollback to ${wanted}` : note });
    await writeOut(io.stdout, `published: revision ${revisionName({ number: next, text })}, as ${wanted} was\n`);
    return 0;
  });
}

/** Shows what is in force on each worker. Exits with 1 if one has another policy, or refused this one. */
export async function policyStatus(flags: ConnectionFlags, io: Io): Promise<ExitCode> {
  return await inBucket(flags, io, async (bucket, connection) => {
    const current = (await revisions(bucket)).at(-1);
    const wanted = current === undefined ? undefined : revisionName(current);
    const reports = await workerReports(connection);
    const lines = reports.map(({ worker, revision, refused }) => {
      const why = refused === undefined ? "" : `: refused ${refused.revision}: ${refused.why.split("\n")[0]}`;
      return `${revision === wanted ? " " : "!"} ${worker}  ${revision}${why}\n`;
    });
    const head = current === undefined ? "no policy is published\n" : `published: ${lineOf(current)}\n`;
    await writeOut(io.stdout, head + (lines.join("") || "no worker has reported in the last minute\n"));
    return reports.every(({ revision }) => revision === wanted) ? 0 : 1;
  });
}

function lineOf(revision: PolicyRevision): string {
  const { created, author, note } = revision;
  return [revisionName(revision), created.toISOString(), author, note].filter((part) => part !== "").join("  ");
}

/** On one line, since lists show it on one. */
function signature({ author, note = "" }: PublishFlags): { readonly author: string; readonly note: string } {
  for (const text of [author ?? "", note]) {
    if (text.length > MAX_NOTE || /\p{Cc}/u.test(text)) {
      throw new CliError(`\`--author\` and \`--note\` are one line each, of up to ${MAX_NOTE} characters`);
    }
  }
  return { author: author ?? userInfo().username, note };
}

async function inBucket(
  flags: ConnectionFlags,
  io: Io,
  work: (bucket: KV, connection: NatsConnection) => Promise<ExitCode>,
): Promise<ExitCode> {
  const connection = await connectOnce(flags, io, "a3s-sentry policy");
  try {
    return await work(await openBucket(connection), connection);
  } finally {
    await connection.close();
  }
}
