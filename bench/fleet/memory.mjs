// The memory of a worker, while events go on.

import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { start } from "../../test/chaos/fleet/commands.mjs";
import { drained, end, init, line, startWorkers } from "./fleet.mjs";

/** @param {import("./fleet.mjs").Setting} setting @returns {Promise<import("./fleet.mjs").Row[]>} */
export async function memory(setting) {
  const { servers, folder, sizes } = setting;
  await init(setting);
  const workers = await startWorkers(setting, 1);
  const pid = workers[0]?.child.pid ?? 0;
  const shipper = start(["ship", "--server", servers.urls, "--spool", `${folder}/spool`, "--name", "bench"]);
  const connection = await connect({ servers: servers.urls.split(",") });
  const manager = await jetstreamManager(connection);
  /** @type {number[]} */
  const samples = [];
  const tenth = sizes.memoryEvents / 10;
  for (let sent = 0, next = tenth; sent < sizes.memoryEvents; ) {
    let text = "";
    for (const to = Math.min(sizes.memoryEvents, sent + 5_000); sent < to; sent++) text += line(sent);
    if (!shipper.child.stdin.write(text)) await new Promise((resolve) => shipper.child.stdin.once("drain", resolve));
    if (sent >= next) {
      next += tenth;
      // What the servers keep must not be what is measured.
      while ((await manager.streams.info("SENTRY_EVENTS")).state.messages > 1_000) await delay(50);
      samples.push(residentMb(pid));
    }
  }
  shipper.child.stdin.end();
  await shipper.ended;
  await drained(setting);
  await connection.close();
  await end(workers);
  const [, warm = 0] = samples;
  const last = samples.at(-1) ?? 0;
  const found = `${warm.toFixed(0)} MB, then ${last.toFixed(0)} MB`;
  return [{ what: `memory of a worker after a fifth and all of ${sizes.memoryEvents} events`, found, goal: "flat" }];
}

/** @param {number} pid */
function residentMb(pid) {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}
