// Thrown values as text, and failures of an endpoint, also from another realm.

import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { failureOf } from "../../src/llm/llm-failure.js";
import { messageOf } from "../../src/util/error.js";

const foreign = (expression: string): unknown => runInNewContext(expression);

it("reads the message of an error of another realm", () => {
  const error = foreign('new TypeError("no such thing")');
  expect(error).not.toBeInstanceOf(Error);
  expect(messageOf(error)).toBe("no such thing");
  expect(messageOf(new RangeError("too long"))).toBe("too long");
});

it.each([
  ["text", "text"],
  [undefined, "undefined"],
  [null, "null"],
  [{ message: 7 }, "[object Object]"],
])("shows the thrown value %j as text", (value, text) => {
  expect(messageOf(value)).toBe(text);
});

it("finds the code of a failed connection in an error of another realm", () => {
  const error = foreign(
    'new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) })',
  );
  expect(failureOf(error)).toBe("the connection failed (ECONNRESET)");
});
