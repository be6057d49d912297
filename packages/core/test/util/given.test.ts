// Objects without the members that are undefined.

import { expect, it } from "vitest";
import { given } from "../../src/util/given.js";

it("leaves out what is undefined, and keeps all else in its order", () => {
  const found = given({ b: 1, a: undefined, d: null, c: false, e: "" });
  expect(Object.entries(found)).toEqual([
    ["b", 1],
    ["d", null],
    ["c", false],
    ["e", ""],
  ]);
});
