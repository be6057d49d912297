// How the enforcer finds lines in a deny-file: the Bloom filter, the LRU set, the search.
import { Buffer } from "node:buffer";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LineBloomFilter } from "../../src/enforcer/bloom-filter.js";
import { containsLine } from "../../src/enforcer/lines.js";
import { LruSet } from "../../src/enforcer/lru-set.js";
import { scratch } from "../support/scratch.js";

const CHUNK = 256 * 1024;

function open(text: string): number {
  const path = join(scratch(), "lines.txt");
  writeFileSync(path, text);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  return fd;
}

describe("containsLine", () => {
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
    expect(containsLine(open(text), Buffer.from(line))).toBe(true);
  });

  it.each([
    ["nothing in an empty file", "", "a"],
    ["a beginning", "abc\n", "ab"],
    ["an end", "abc\n", "bc"],
    ["an end across chunks", `${"x".repeat(CHUNK - 1)}abc\n`, "abc"],
  ])("does not find %s", (_, text, line) => {
    expect(containsLine(open(text), Buffer.from(line))).toBe(false);
  });
});

describe("LineBloomFilter", () => {
  it("contains every line, for any chunking", () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `/bin/${i}`);
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    const filter = new LineBloomFilter();
    for (let at = 0; at < bytes.length; at += 7) filter.add(bytes.subarray(at, at + 7));
    expect(lines.filter((line) => !filter.mayHave(Buffer.from(line)))).toEqual([]);
  });

  it("has few false positives", () => {
    const filter = new LineBloomFilter();
    for (let i = 0; i < 200_000; i++) filter.add(Buffer.from(`/bin/${i}\n`));
    let wrong = 0;
    for (let i = 0; i < 20_000; i++) if (filter.mayHave(Buffer.from(`/usr/${i}`))) wrong++;
    expect(wrong).toBeLessThan(40);
  });

  it("forgets everything on `clear`", () => {
    const filter = new LineBloomFilter();
    filter.add(Buffer.from("a\nb"));
    filter.clear();
    expect([filter.mayHave(Buffer.from("a")), filter.mayHave(Buffer.from("b"))]).toEqual([false, false]);
  });
});

describe("LruSet", () => {
  it("evicts the least recently used", () => {
    const set = new LruSet(3 * (64 + 1));
    for (const text of ["a", "b", "c"]) set.add(text);
    set.has("a");
    set.add("d");
    expect(["a", "b", "c", "d"].map((text) => set.has(text))).toEqual([true, false, true, true]);
  });

  it("does not keep a string larger than its budget", () => {
    const set = new LruSet(100);
    set.add("x".repeat(200));
    set.add("a");
    expect([set.has("x".repeat(200)), set.has("a")]).toEqual([false, true]);
  });
});
