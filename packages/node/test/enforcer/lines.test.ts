// What is known of a file's lines: the filter, the recent ones, the search.
import { Buffer } from "node:buffer";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LineFilter } from "../../src/enforcer/bloom-filter.js";
import { holdsLine } from "../../src/enforcer/lines.js";
import { Recent } from "../../src/enforcer/lru-set.js";
import { scratch } from "../support/scratch.js";

const CHUNK = 256 * 1024;

function open(text: string): number {
  const path = join(scratch(), "lines.txt");
  writeFileSync(path, text);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  return fd;
}

describe("holdsLine", () => {
  it.each([
    ["the first", "a\nbb\n", "a"],
    ["the last", "a\nbb\n", "bb"],
    ["the last without newline", "a\nbb", "bb"],
    ["the only one", "a", "a"],
    ["across two chunks", `${"x".repeat(CHUNK - 2)}\nabc\n`, "abc"],
    ["at the start of a chunk", `${"x".repeat(CHUNK - 1)}\nabc\n`, "abc"],
    ["at the end of a chunk", `${"x".repeat(CHUNK - 5)}\nabc\n`, "abc"],
    ["at the end of a chunk, no newline", `${"x".repeat(CHUNK - 4)}\nabc`, "abc"],
  ])("finds %s", (_, text, line) => {
    expect(holdsLine(open(text), Buffer.from(line))).toBe(true);
  });

  it.each([
    ["nothing in an empty file", "", "a"],
    ["a beginning", "abc\n", "ab"],
    ["an end", "abc\n", "bc"],
    ["an end across chunks", `${"x".repeat(CHUNK - 1)}abc\n`, "abc"],
  ])("finds not %s", (_, text, line) => {
    expect(holdsLine(open(text), Buffer.from(line))).toBe(false);
  });
});

describe("LineFilter", () => {
  it("knows every line, however the bytes are cut", () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `/bin/${i}`);
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    const filter = new LineFilter();
    for (let at = 0; at < bytes.length; at += 7) filter.add(bytes.subarray(at, at + 7));
    expect(lines.filter((line) => !filter.mayHave(Buffer.from(line)))).toEqual([]);
  });

  it("is seldom wrong about others", () => {
    const filter = new LineFilter();
    for (let i = 0; i < 200_000; i++) filter.add(Buffer.from(`/bin/${i}\n`));
    let wrong = 0;
    for (let i = 0; i < 20_000; i++) if (filter.mayHave(Buffer.from(`/usr/${i}`))) wrong++;
    expect(wrong).toBeLessThan(40);
  });

  it("forgets all at once", () => {
    const filter = new LineFilter();
    filter.add(Buffer.from("a\nb"));
    filter.clear();
    expect([filter.mayHave(Buffer.from("a")), filter.mayHave(Buffer.from("b"))]).toEqual([false, false]);
  });
});

describe("Recent", () => {
  it("forgets what was not asked for the longest", () => {
    const recent = new Recent(3 * (64 + 1));
    for (const text of ["a", "b", "c"]) recent.add(text);
    recent.has("a");
    recent.add("d");
    expect(["a", "b", "c", "d"].map((text) => recent.has(text))).toEqual([true, false, true, true]);
  });

  it("does not keep one that is larger than all it may keep", () => {
    const recent = new Recent(100);
    recent.add("x".repeat(200));
    recent.add("a");
    expect([recent.has("x".repeat(200)), recent.has("a")]).toEqual([false, true]);
  });
});
