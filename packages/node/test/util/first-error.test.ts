// The first error of callbacks.

import { expect, it } from "vitest";
import { FirstError } from "../../src/util/first-error.js";

it("throws the first error that was captured or kept, as often as it is asked", () => {
  const errors = new FirstError();
  errors.capture(() => {});
  expect(() => errors.rethrow()).not.toThrow();
  errors.capture(() => {
    throw new Error("first");
  });
  errors.keep(new Error("second"));
  expect(() => errors.rethrow()).toThrow("first");
  expect(() => errors.rethrow()).toThrow("first");
});
