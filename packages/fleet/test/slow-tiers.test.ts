// Slow tiers of a worker: who waits for them, and who does not.

import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { EVENTS_STREAM } from "../src/nats/names.js";
import { BUILT_IN_RULES, start, succeed } from "./support/command.js";
import { blockedEvent, countOf, decisions } from "./support/decisions.js";
import { scratch } from "./support/scratch.js";
import { connected, startServer, withoutServer } from "./support/server.js";

/** An endpoint that allows everything, once it is released. */
async function startModel(): Promise<{ url: string; asked: () => number; release: () => void }> {
  const content = JSON.stringify({ verdict: "allow", severity: "low", reason: "a build" });
  const reply = JSON.stringify({ choices: [{ message: { role: "assistant", content } }] });
  let asked = 0;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = createServer(async (request, response) => {
    asked += 1;
    request.resume();
    await released;
    response.setHeader("content-type", "application/json").end(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/v1`, asked: () => asked, release };
}

/** An event that escalates, which names itself. */
function escalatedEvent(agent: string, number: number): string {
  const argv = ["docker", "run", "--privileged", `registry.example/build:${number}`];
  return `${JSON.stringify({ identity: { agent }, id: `${agent}:${number}`, event: { ToolExec: { pid: 7, argv } } })}\n`;
}

describe.skipIf(withoutServer)("an agent whose event waits for a slow tier", () => {
  it("waits in order, and holds no other agent of its partition", { timeout: 60_000 }, async () => {
    const server = await startServer(scratch());
    const model = await startModel();
    await succeed(["fleet", "init", "--server", server.url, "--partitions", "1"]);
    const connection = await connected(server);
    const ship = async (lines: string): Promise<void> => {
      const flags = ["--server", server.url, "--name", "node1", "--partitions", "1", "--linger", "1"];
      expect(await start(["ship", ...flags, "--spool", scratch()], lines).ended).toBe(0);
    };
    await ship(escalatedEvent("slow", 0));
    await ship(blockedEvent("quick", 0) + blockedEvent("slow", 1));
    await ship(blockedEvent("quick", 1) + escalatedEvent("other", 0) + blockedEvent("slow", 2));
    await ship(blockedEvent("other", 1));
    const workers = ["w1", "w2"].map((name) =>
      start(["worker", "--server", server.url, "--name", name, "--policy", BUILT_IN_RULES, "--llm-url", model.url]),
    );
    const left = async (): Promise<number> => await countOf(connection, EVENTS_STREAM);
    while ((await left()) > 5) await delay(20);
    // As if the events behind were read again and again.
    await ship(blockedEvent("quick", 2));
    while ((await left()) > 5) await delay(20);
    const before = await decisions(connection);
    expect(before.flatMap(({ audit }) => audit.map(({ id }) => id))).toEqual(["quick:0", "quick:1", "quick:2"]);
    expect(model.asked()).toBe(1);
    model.release();
    while ((await left()) > 0) await delay(20);
    const all = (await decisions(connection)).flatMap(({ audit }) => audit.map(({ id }) => String(id)));
    const of = (agent: string): string[] => all.filter((id) => id.startsWith(`${agent}:`));
    expect(of("slow")).toEqual(["slow:0", "slow:1", "slow:2"]);
    expect(of("other")).toEqual(["other:0", "other:1"]);
    expect(of("quick")).toEqual(["quick:0", "quick:1", "quick:2"]);
    for (const { child } of workers) child.kill("SIGTERM");
    for (const worker of workers) expect(await worker.ended).toBe(0);
  });
});
