// So much work runs at a time, and no more than so much waits.
import { expect, it } from "vitest";
import { Turns } from "../../../src/guard/resident/turns.js";

const never = () => new Promise<never>(() => {});

it("work beyond the limit waits for its turn, also after a failure", async () => {
  const turns = new Turns(1, 2);
  const order: number[] = [];
  const work = (i: number) => async () => {
    order.push(i);
    await null;
    order.push(-i);
    if (i === 1) throw new Error("failed");
    return i;
  };
  const results = await Promise.allSettled([1, 2, 3].map((i) => turns.take(work(i))));
  expect(order).toEqual([1, -1, 2, -2, 3, -3]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

it("work that would wait behind too much is refused", async () => {
  const turns = new Turns(1, 1);
  void turns.take(never);
  void turns.take(never);
  await expect(turns.take(never)).rejects.toThrow("too much waits already");
});
