// `policy follow`: keeps a file as the published policy is, for `run` and `serve` on a node.

import { existsSync, renameSync, writeFileSync } from "node:fs";
import { Sentry } from "@a3s-sentry/core";
import { type ExitCode, type Io, Log, untilSignalled } from "a3s-sentry/host";
import { type ConnectionFlags, connectWhenPossible } from "../nats/connection.js";
import { openBucket } from "./bucket.js";
import { follow } from "./follow.js";
import { type PolicyRevision, revisionName } from "./published-policy.js";

/** Writes each revision that compiles, at once. Processes that read the file load it again by themselves. */
export async function policyFollow(file: string, flags: ConnectionFlags, io: Io): Promise<ExitCode> {
  const log = new Log(io.stderr);
  return await untilSignalled<ExitCode>(async (signal) => {
    const connection = await connectWhenPossible(flags, { io, name: "a3s-sentry policy follow", log }, signal);
    if (connection === undefined) return 0;
    try {
      await follow(await openBucket(connection), {
        use: async (revision) => {
          await write(file, revision);
          log.line(`\`${file}\` is revision ${revisionName(revision)}`);
        },
        onRefused: (revision, why) =>
          log.line(`error: revision ${revisionName(revision)} is not used, \`${file}\` stays as it is: ${why}`),
        onProblem: (why) => log.line(`warning: ${why}`),
        signal,
      });
      if (!existsSync(file)) log.line(`warning: no policy is published yet: \`${file}\` is missing`);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return 0;
    } finally {
      await connection.close();
    }
  });
}

async function write(file: string, { text }: PolicyRevision): Promise<void> {
  const sentry = await Sentry.create(text, { env: {}, tiers: {} });
  sentry.close();
  writeFileSync(`${file}.new`, text, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}
