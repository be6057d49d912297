// The semaphore that limits escalations across threads.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { SharedSemaphore } from "../../../src/daemon/judging/shared-semaphore.js";

it("grants as many permits as there are, and released ones again", () => {
  const semaphore = SharedSemaphore.create(2, 1);
  expect([semaphore.tryAcquire(), semaphore.tryAcquire(), semaphore.tryAcquire()]).toEqual([true, true, false]);
  semaphore.release(1);
  expect([semaphore.tryAcquire(), semaphore.tryAcquire()]).toEqual([true, false]);
  expect(semaphore.free).toBe(0);
});

it("may have no permit at all", () => {
  expect(SharedSemaphore.create(0, 1).tryAcquire()).toBe(false);
});

it("reclaims the permits that an ended worker has not transferred, and no others", () => {
  const main = SharedSemaphore.create(10, 2);
  const [first, second] = [new SharedSemaphore(main.shared, 0), new SharedSemaphore(main.shared, 1)];
  for (let i = 0; i < 4; i++) first.tryAcquire();
  for (let i = 0; i < 5; i++) second.tryAcquire();
  main.tryAcquire();
  main.transfer(3, 0);
  expect(main.free).toBe(0);
  main.reclaim(0);
  expect(main.free).toBe(1);
  main.reclaim(0);
  expect(main.free).toBe(1);
});

it("counts exactly while several threads acquire and release", async () => {
  const semaphore = SharedSemaphore.create(1000, 4);
  const script = `
    const { workerData, parentPort } = require("node:worker_threads");
    import(workerData.script).then(({ SharedSemaphore }) => {
      const semaphore = new SharedSemaphore(workerData.shared, workerData.worker);
      let acquired = 0;
      for (let i = 0; i < 200_000; i++) {
        if (semaphore.tryAcquire()) acquired++;
        if (i % 3 === 0 && acquired > 0) { semaphore.release(1); acquired--; }
      }
      parentPort.postMessage(acquired);
    });`;
  const moduleUrl = new URL("../../../dist/daemon/judging/shared-semaphore.js", import.meta.url).href;
  const workers = [0, 1, 2, 3].map(
    (worker) => new Worker(script, { eval: true, workerData: { shared: semaphore.shared, worker, script: moduleUrl } }),
  );
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
  const acquired = await Promise.all(workers.map(async (worker) => Number((await once(worker, "message"))[0])));
  expect(acquired.reduce((sum, count) => sum + count, 0) + semaphore.free).toBe(1000);
});
