// When input comes faster than it is judged.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Pace } from "../../../src/daemon/judging/load-meter.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const MIB = 1024 * 1024;

/** Judges a MiB for `busy` ms, after `idle` ms of waiting. */
function megabyte(pace: Pace, idle: number, busy: number): boolean {
  vi.advanceTimersByTime(idle);
  const began = performance.now();
  vi.advanceTimersByTime(busy);
  return pace.outpaced(MIB, began);
}

it("is told after 2 MiB of more judging than waiting", () => {
  const pace = new Pace();
  expect([1, 2].map(() => megabyte(pace, 1, 10))).toEqual([false, true]);
});

it("is not told where input is waited for, however much comes in all, until that changes", () => {
  const pace = new Pace();
  expect(Array.from({ length: 40 }, () => megabyte(pace, 11, 10)).some((told) => told)).toBe(false);
  expect([1, 2].map(() => megabyte(pace, 2, 10))).toEqual([false, true]);
});
