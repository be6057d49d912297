// Measuring whether the input is too fast for one thread.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LoadMeter } from "../../../src/daemon/judging/load-meter.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const MIB = 1024 * 1024;

/** Records a MiB that took `busy` ms to judge, after a wait of `idle` ms. */
function megabyte(meter: LoadMeter, idle: number, busy: number): boolean {
  vi.advanceTimersByTime(idle);
  const began = performance.now();
  vi.advanceTimersByTime(busy);
  return meter.outpaced(MIB, began);
}

it("reports overload after 2 MiB that took more time to judge than to wait for", () => {
  const meter = new LoadMeter();
  expect([1, 2].map(() => megabyte(meter, 1, 10))).toEqual([false, true]);
});

it("reports no overload while the input is slow, however much of it arrives", () => {
  const meter = new LoadMeter();
  expect(Array.from({ length: 40 }, () => megabyte(meter, 11, 10)).some((outpaced) => outpaced)).toBe(false);
  expect([1, 2].map(() => megabyte(meter, 2, 10))).toEqual([false, true]);
});
