// The benchmark's translation of patterns, on which the agreement of both judges depends.

import { expect, test } from "vitest";
// @ts-expect-error: the benchmark is JavaScript, outside of the tests' project.
import { toJavaScript } from "../../bench/plain/pattern.mjs";

test.each([
  ["^a b$", "^a b$", ""],
  ["(?i)a.b", "a[^\\n]b", "i"],
  ["(?x) a # one\n | b\\ c [\\ \\t x] \\#", "a|b c[ \\tx]#", ""],
  ["(?xi) a b", "ab", "i"],
  ["(?-u:\\b)(?s:.)(c)", "(?:\\b)(?:[^])(?:c)", ""],
  ["a(?i:b_[_-])c", "a(?:[bB]_[_-])c", ""],
  ["[\\w--[xX]]{2}", "(?:(?![xX])[\\w]){2}", ""],
])("translates `%s`", (source, expected, flags) => {
  expect(toJavaScript(source)).toEqual({ source: expected, flags });
});

test.each(["(?P<n>a)", "(?=a)", "\\pL", "\\Aa", "[[:alpha:]]", "(?i:[a-c])", "[a--b]", "[^a--[b]]", "a(?m)b"])(
  "refuses `%s` instead of changing its meaning",
  (source) => {
    expect(() => toJavaScript(source)).toThrow(/^cannot put /);
  },
);
