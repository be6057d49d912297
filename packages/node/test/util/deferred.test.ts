// Promises that are resolved from outside.

import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { AutoResetEvent, Deferred } from "../../src/util/deferred.js";

it("a deferred promise resolves on `resolve`, which may be called again", async () => {
  const { promise, resolve } = new Deferred();
  let resolved = false;
  const waiting = promise.then(() => {
    resolved = true;
  });
  await setImmediate();
  expect(resolved).toBe(false);
  resolve();
  resolve();
  await waiting;
});

it("an event that was set before the wait ends it, once", async () => {
  const event = new AutoResetEvent();
  event.set();
  event.set();
  await event.wait();
  let ended = false;
  const second = event.wait().then(() => {
    ended = true;
  });
  await setImmediate();
  expect(ended).toBe(false);
  event.set();
  await second;
});
