// One worker process beside `run` on the same events, and what the server takes without a judge.

import { createReadStream } from "node:fs";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { start } from "../../test/chaos/fleet/commands.mjs";
import { drained, end, init, rate, ship, startWorkers, writeEvents } from "./fleet.mjs";

const WINDOW = 256;

/** @param {import("./fleet.mjs").Setting} setting @returns {Promise<import("./fleet.mjs").Row[]>} */
export async function throughput(setting) {
  const { folder, sizes } = setting;
  const file = `${folder}/events.ndjson`;
  await writeEvents(file, sizes.events);
  const run = await runRate(file, sizes.events);
  await init(setting);
  const shipped = sizes.events / (await ship(setting, file));
  const { messages, bytes, perSecond } = await ceiling(setting, sizes.events);
  const begin = performance.now();
  const workers = await startWorkers(setting, 1);
  const started = (performance.now() - begin) / 1000;
  await drained(setting);
  const judged = sizes.events / ((performance.now() - begin) / 1000 - started);
  await end(workers);
  return [
    { what: "`run`, events from a pipe", found: rate(run) },
    { what: "`ship`, with its start", found: rate(shipped) },
    {
      what: `the server, ${messages} messages of ${Math.round(bytes / messages)} bytes, stored`,
      found: rate(perSecond),
    },
    { what: "one worker process", found: rate(judged) },
    { what: "one worker process, share of `run`", found: (judged / run).toFixed(2), goal: "0.25" },
  ];
}

/** @param {string} file @param {number} events */
async function runRate(file, events) {
  const begin = performance.now();
  const run = start(["run"]);
  createReadStream(file, { highWaterMark: 1 << 20 }).pipe(run.child.stdin);
  await run.ended;
  return events / ((performance.now() - begin) / 1000);
}

/**
 * Publishes messages as those in the stream of events to another, as fast as the server stores them.
 * @param {import("./fleet.mjs").Setting} setting @param {number} events
 */
async function ceiling({ servers, replicas }, events) {
  const connection = await connect({ servers: servers.urls.split(",") });
  const [manager, client] = [await jetstreamManager(connection), jetstream(connection)];
  const { state } = await manager.streams.info("SENTRY_EVENTS");
  const { messages, bytes } = state;
  await manager.streams.add({ name: "CEILING", subjects: ["ceiling.>"], num_replicas: replicas });
  const payload = new Uint8Array(Math.max(1, Math.round(bytes / messages) - 200));
  const begin = performance.now();
  /** @type {Set<Promise<unknown>>} */
  const open = new Set();
  for (let sent = 0; sent < messages; sent++) {
    const stored = client.publish(`ceiling.${sent % 100}`, payload, { msgID: `c-${sent}` });
    open.add(stored);
    void stored.finally(() => open.delete(stored));
    if (open.size >= WINDOW) await Promise.race(open);
  }
  await Promise.all(open);
  const perSecond = events / ((performance.now() - begin) / 1000);
  await manager.streams.delete("CEILING");
  await connection.close();
  return { messages, bytes, perSecond };
}
