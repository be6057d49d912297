// The memory of a worker, while events go on: also of agents that come only once, and with questions to a slow tier.

import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { start } from "../../test/chaos/fleet/commands.mjs";
import { startModel } from "../../test/chaos/fleet/model.mjs";
import { drained, end, init, line, startWorkers } from "./fleet.mjs";

const TIER_MS = 10;
/** One event in so many is of an agent of its own, and one in so many escalates. */
const NEW_AGENT_EVERY = 200;
const SLOW_EVERY = 10_000;
const SAMPLES = 10;

/** @param {import("./fleet.mjs").Setting} setting @returns {Promise<import("./fleet.mjs").Row[]>} */
export async function memory(setting) {
  const { servers, folder, sizes } = setting;
  await init(setting);
  const model = await startModel(TIER_MS);
  const workers = await startWorkers(setting, 1, { A3S_SENTRY_LLM_URL: model.url });
  const pid = workers[0]?.child.pid ?? 0;
  const shipper = start(["ship", "--server", servers.urls, "--spool", `${folder}/spool`, "--name", "bench"]);
  const connection = await connect({ servers: servers.urls.split(",") });
  const manager = await jetstreamManager(connection, { timeout: 60_000 });
  /** @type {number[]} */
  const samples = [];
  const step = sizes.memoryEvents / SAMPLES;
  for (let sent = 0, next = step; sent < sizes.memoryEvents; ) {
    let text = "";
    for (const to = Math.min(sizes.memoryEvents, sent + 5_000); sent < to; sent++) text += variedLine(sent);
    if (!shipper.child.stdin.write(text)) await new Promise((resolve) => shipper.child.stdin.once("drain", resolve));
    if (sent < next) continue;
    next += step;
    // Also the events that wait in the pipe and the spool are judged before a sample.
    while ((await manager.streams.info("SENTRY_EVENTS")).state.messages > 0) await delay(50);
    samples.push(residentMb(pid));
  }
  shipper.child.stdin.end();
  await shipper.ended;
  await drained(setting);
  await connection.close();
  await end(workers);
  model.close();
  const later = samples.slice(SAMPLES / 5);
  return [
    {
      what: `worker, resident MB at each tenth of ${sizes.memoryEvents} events`,
      found: samples.map((mb) => mb.toFixed(0)).join(" "),
    },
    {
      what: "worker, growth in the last four fifths",
      found: `${(mean(later.slice(later.length / 2)) - mean(later.slice(0, later.length / 2))).toFixed(1)} MB`,
      goal: "flat",
    },
  ];
}

/** @param {number} number */
function variedLine(number) {
  if (number % SLOW_EVERY === 1) return eventOf("builder", ["docker", "run", "--privileged", `build:${number}`]);
  if (number % NEW_AGENT_EVERY === 2) return eventOf(`job-${number}`, ["/usr/bin/git", "status"]);
  return line(number);
}

/** @param {string} agent @param {string[]} argv */
function eventOf(agent, argv) {
  return `${JSON.stringify({ identity: { agent }, event: { ToolExec: { pid: 7, argv } } })}\n`;
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {number} pid */
function residentMb(pid) {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}
