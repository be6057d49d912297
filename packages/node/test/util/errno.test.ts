// The codes of system errors.

import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { errnoOf } from "../../src/util/errno.js";

it("reads the code of an error of another realm, as system errors are in Jest", () => {
  const error: unknown = runInNewContext('Object.assign(new Error("x"), { code: "ENOENT" })');
  expect(error).not.toBeInstanceOf(Error);
  expect(errnoOf(error)).toBe("ENOENT");
});

it.each([undefined, null, "ENOENT", { code: 2 }, new Error("ENOENT")])("finds no code in %j", (value) => {
  expect(errnoOf(value)).toBeUndefined();
});
