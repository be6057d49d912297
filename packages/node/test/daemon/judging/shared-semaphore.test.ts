// The semaphore that limits escalations across threads.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { SharedSemaphore } from "../../../src/daemon/judging/shared-semaphore.js";

const request = (agent = "", { weight = 1, urgent = false } = {}) => ({ agent, weight, urgent });

/** How many permits are granted before one is refused. */
function granted(semaphore: SharedSemaphore, ...args: Parameters<typeof request>): number {
  let count = 0;
  while (semaphore.tryAcquire(request(...args)) !== undefined) count++;
  return count;
}

it("grants as many permits as there are, and released ones again", () => {
  const semaphore = SharedSemaphore.create(2, 1);
  const permit = semaphore.tryAcquire(request());
  if (permit === undefined) throw new Error("no permit");
  expect(granted(semaphore)).toBe(1);
  semaphore.release(permit);
  expect(granted(semaphore)).toBe(1);
  expect(semaphore.free).toBe(0);
});

it("may have no permit at all", () => {
  expect(granted(SharedSemaphore.create(0, 1))).toBe(0);
});

it("keeps a reserve for urgent requests", () => {
  const semaphore = SharedSemaphore.create(100, 1, 12);
  expect([granted(semaphore), granted(semaphore, "", { urgent: true })]).toEqual([88, 12]);
});

it("grants an agent its equal share, even if another has taken everything", () => {
  const semaphore = SharedSemaphore.create(100, 1);
  expect([granted(semaphore, "noisy"), granted(semaphore, "quiet"), granted(semaphore, "noisy")]).toEqual([100, 50, 0]);
  expect(granted(semaphore, "third")).toBe(33);
});

it("never grants more than twice the permits, however many agents there are", () => {
  const semaphore = SharedSemaphore.create(100, 8, 10);
  let count = 0;
  for (let i = 0; i < 1_000_000; i++) {
    if (semaphore.tryAcquire(request(`agent-${i}`, { urgent: i % 2 === 0 })) !== undefined) count++;
  }
  expect(count).toBeGreaterThan(99);
  expect(count).toBeLessThanOrEqual(200);
  expect(semaphore.shared.byteLength).toBeLessThan(40_000);
});

it("grants a long event several permits, or all of them", () => {
  const semaphore = SharedSemaphore.create(10, 1);
  expect(semaphore.tryAcquire(request("", { weight: 4 }))).toMatchObject({ weight: 4 });
  expect(semaphore.tryAcquire(request("", { weight: 7 }))).toBeUndefined();
  expect(SharedSemaphore.create(10, 1).tryAcquire(request("", { weight: 17 }))).toMatchObject({ weight: 10 });
});

it("reclaims the permits that an ended worker has not transferred, and no others", () => {
  const main = SharedSemaphore.create(10, 2);
  const [first, second] = [new SharedSemaphore(main.shared, 0), new SharedSemaphore(main.shared, 1)];
  const permits = Array.from({ length: 4 }, () => first.tryAcquire(request()));
  for (let i = 0; i < 5; i++) second.tryAcquire(request());
  main.tryAcquire(request());
  for (const permit of permits.slice(1)) if (permit !== undefined) main.transfer(permit, 0);
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
      const acquired = [];
      for (let i = 0; i < 200_000; i++) {
        const permit = semaphore.tryAcquire({ agent: "a" + (i % 7), weight: 1, urgent: true });
        if (permit) acquired.push(permit);
        if (i % 3 === 0 && acquired.length > 0) semaphore.release(acquired.pop());
      }
      parentPort.postMessage(acquired.length);
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
