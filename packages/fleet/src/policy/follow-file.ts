// `policy follow`: keeps a file as the published policy is, for `run` and `serve` on a node.

import { existsSync, renameSync, writeFileSync } from "node:fs";
import { Sentry } from "@a3s-sentry/core";
import {
  type ExitCode,
  type Io,
  Log,
  metricsAddress,
  metricsFor,
  PROCESS_METRICS,
  serveMetrics,
  untilSignalled,
} from "a3s-sentry/host";
import { whenAvailable } from "../nats/access.js";
import { type ConnectionFlags, connectWhenPossible } from "../nats/connection.js";
import { CONNECTION_METRICS, ConnectionState } from "../nats/connection-state.js";
import { openBucket } from "./bucket.js";
import { type FollowOptions, follow } from "./follow.js";
import { POLICY_METRICS, PolicyState } from "./policy-state.js";
import { type PolicyRevision, revisionName } from "./published-policy.js";

export interface FollowFlags extends ConnectionFlags {
  readonly metricsAddr?: string;
}

const METRICS = [...POLICY_METRICS, ...CONNECTION_METRICS, ...PROCESS_METRICS];

/** Writes each revision that compiles, at once. Processes that read the file load it again by themselves. */
export async function policyFollow(file: string, flags: FollowFlags, io: Io): Promise<ExitCode> {
  const log = new Log(io.stderr);
  const state = { policy: new PolicyState(), connection: new ConnectionState() };
  const address = metricsAddress(flags.metricsAddr, io.env);
  const metrics = await metricsFor(address, (library) => new library.Metrics(METRICS, () => state));
  const endpoint = await serveMetrics(address, metrics, () => state.connection.problem);
  if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
  return await untilSignalled<ExitCode>(async (signal) => {
    const connecting = { io, name: "a3s-sentry policy follow", log, state: state.connection };
    const connection = await connectWhenPossible(flags, connecting, signal);
    if (connection === undefined) return 0;
    try {
      const onProblem = (why: string): void => log.line(`warning: ${why}`);
      const options: FollowOptions = {
        use: async (revision) => {
          await write(file, revision);
          state.policy.used(revision);
          log.line(`\`${file}\` is revision ${revisionName(revision)}`);
        },
        onRefused: (revision, why) => {
          state.policy.refused();
          log.line(`error: revision ${revisionName(revision)} is not used, \`${file}\` stays as it is: ${why}`);
        },
        onProblem,
        signal,
      };
      await whenAvailable(async () => await follow(await openBucket(connection), options), {
        signal,
        onFailure: onProblem,
      });
      if (!existsSync(file)) log.line(`warning: no policy is published yet: \`${file}\` is missing`);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return 0;
    } finally {
      endpoint?.close();
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
