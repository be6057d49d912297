// Counting room for escalations across threads.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { Slots } from "../../../src/daemon/judging/shared-semaphore.js";

it("gives as many as there are, and again those that come back", () => {
  const slots = Slots.withRoom(2, 1);
  expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
  slots.give(1);
  expect([slots.take(), slots.take()]).toEqual([true, false]);
  expect(slots.free).toBe(0);
});

it("may have no room at all", () => {
  expect(Slots.withRoom(0, 1).take()).toBe(false);
});

it("frees what a thread that is gone has not handed on, and no more", () => {
  const main = Slots.withRoom(10, 2);
  const [first, second] = [new Slots(main.shared, 0), new Slots(main.shared, 1)];
  for (let i = 0; i < 4; i++) first.take();
  for (let i = 0; i < 5; i++) second.take();
  main.take();
  main.handedOn(3, 0);
  expect(main.free).toBe(0);
  main.reclaim(0);
  expect(main.free).toBe(1);
  main.reclaim(0);
  expect(main.free).toBe(1);
});

it("is exact where threads take and give at once", async () => {
  const slots = Slots.withRoom(1000, 4);
  const script = `
    const { workerData, parentPort } = require("node:worker_threads");
    import(workerData.script).then(({ Slots }) => {
      const slots = new Slots(workerData.shared, workerData.thread);
      let taken = 0;
      for (let i = 0; i < 200_000; i++) {
        if (slots.take()) taken++;
        if (i % 3 === 0 && taken > 0) { slots.give(1); taken--; }
      }
      parentPort.postMessage(taken);
    });`;
  const moduleUrl = new URL("../../../dist/daemon/judging/shared-semaphore.js", import.meta.url).href;
  const workers = [0, 1, 2, 3].map(
    (thread) => new Worker(script, { eval: true, workerData: { shared: slots.shared, thread, script: moduleUrl } }),
  );
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
  const taken = await Promise.all(workers.map(async (worker) => Number((await once(worker, "message"))[0])));
  expect(taken.reduce((sum, count) => sum + count, 0) + slots.free).toBe(1000);
});
