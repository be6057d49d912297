// So many judgements of the slow tiers run at a time, and the others wait for their turn.
import { expect, it } from "vitest";
import { tierLimit } from "../../../src/guard/resident/tier-limit.js";
import { ALLOW, ManualTier } from "../../support/tiers.js";

const EVENT = {} as Parameters<ManualTier["judge"]>[0];
const signal = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it("judgements of both tiers take turns", async () => {
  const [l2, l3] = [new ManualTier(), new ManualTier("Agent")];
  const tiers = tierLimit(1)({ l2, l3 });
  const first = tiers.l2?.judge(EVENT, { signal });
  const second = tiers.l3?.judge(EVENT, { signal });
  await turn();
  expect([l2.asked.length, l3.asked.length]).toEqual([1, 0]);
  l2.asked[0]?.answer(ALLOW);
  expect(await first).toBe(ALLOW);
  await turn();
  l3.asked[0]?.answer(ALLOW);
  expect(await second).toBe(ALLOW);
});

it("one that is aborted gives up its place", async () => {
  const l2 = new ManualTier();
  const tiers = tierLimit(1)({ l2 });
  void tiers.l2?.judge(EVENT, { signal });
  const gone = new AbortController();
  const waiting = tiers.l2?.judge(EVENT, { signal: gone.signal });
  const last = tiers.l2?.judge(EVENT, { signal });
  gone.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
  l2.asked[0]?.answer(ALLOW);
  await turn();
  l2.asked[1]?.answer(ALLOW);
  expect(await last).toBe(ALLOW);
});
