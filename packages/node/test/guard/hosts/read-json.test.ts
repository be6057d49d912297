// The input of hooks: what could be read in two ways is refused.

import { expect, it } from "vitest";
import { MAX_INPUT_BYTES, readJson } from "../../../src/guard/hosts/read-json.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  ["", "the input is empty"],
  [" \n", "the input is empty"],
  ["junk", "the input is not JSON"],
  ["{}{}", "the input is not JSON"],
  ["\ufeff{}", "the input is not JSON"],
  ["[]", "the input is not a JSON object"],
  ["null", "the input is not a JSON object"],
  ['{"a":1,"a":2}', "the input has a key twice in one object"],
  ['{"a":1,"\\u0061":2}', "the input has a key twice in one object"],
  ['{"x":[{"a":{},"b":"\\\\","a":1}]}', "the input has a key twice in one object"],
  ['{"__proto__":1,"__proto__":2}', "the input has a key twice in one object"],
  [`{"a":${"[".repeat(600)}${"]".repeat(600)}}`, "the input is nested more than 512 levels deep"],
])("%j is refused", (text, message) => {
  expect(() => readJson(bytes(text))).toThrow(new Error(message));
});

it("bytes that are not UTF-8 are refused", () => {
  expect(() => readJson(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).toThrow("the input is not UTF-8");
});

it("an input above the limit is refused, and one near it is read in time", () => {
  expect(() => readJson(new Uint8Array(MAX_INPUT_BYTES + 1))).toThrow("larger than");
  const long = '\\"'.repeat(4_000_000);
  expect(readJson(bytes(`{"a":"${long}"}`))).toEqual({ a: '"'.repeat(4_000_000) });
});

it("texts with the characters of JSON are no keys", () => {
  const value = { a: '{"b":1,"b":2}', c: ["a", "a", { a: "," }, { a: "}" }], b: "\\", d: {}, e: [] };
  expect(readJson(bytes(JSON.stringify(value)))).toEqual(value);
});
