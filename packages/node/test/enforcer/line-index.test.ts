// How the enforcer finds lines in a deny-file.
import { Buffer } from "node:buffer";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LineIndex } from "../../src/enforcer/line-index.js";
import { scratch } from "../support/scratch.js";

const CHUNK = 256 * 1024;

function read(text: string) {
  const path = join(scratch(), "lines.txt");
  writeFileSync(path, text);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  const index = new LineIndex();
  const endsInNewline = index.read(fd);
  return { index, fd, endsInNewline, has: (line: string) => index.has(fd, Buffer.from(line)) };
}

describe("LineIndex", () => {
  it.each([
    ["the first", "a\nbb\n", "a"],
    ["the last", "a\nbb\n", "bb"],
    ["the last without newline", "a\nbb", "bb"],
    ["the only one", "a", "a"],
    ["an empty one", "a\n\nb\n", ""],
    ["across two chunks", `${"x".repeat(CHUNK - 2)}\nabc\n`, "abc"],
    ["at the start of a chunk", `${"x".repeat(CHUNK - 1)}\nabc\n`, "abc"],
    ["at the end of a chunk", `${"x".repeat(CHUNK - 5)}\nabc\n`, "abc"],
    ["at the end of a chunk, no newline", `${"x".repeat(CHUNK - 4)}\nabc`, "abc"],
  ])("finds %s", (_, text, line) => {
    expect(read(text).has(line)).toBe(true);
  });

  it.each([
    ["nothing in an empty file", "", ""],
    ["a beginning", "abc\n", "ab"],
    ["an end", "abc\n", "bc"],
    ["an end across chunks", `${"x".repeat(CHUNK - 1)}abc\n`, "abc"],
  ])("does not find %s", (_, text, line) => {
    expect(read(text).has(line)).toBe(false);
  });

  it.each([
    ["", 0, true],
    ["a", 1, false],
    ["a\n", 1, true],
    ["a\n\nb", 3, false],
  ])("counts the lines of %j", (text, lines, endsInNewline) => {
    const found = read(text);
    expect([found.index.lines, found.endsInNewline]).toEqual([lines, endsInNewline]);
  });

  it("finds every line of many, and no other", () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `/bin/${i}`);
    const { index, has } = read(`${lines.join("\n")}\n`);
    expect(index.lines).toBe(20_000);
    expect(lines.filter((line) => !has(line))).toEqual([]);
    expect(lines.filter((line) => has(`${line}x`))).toEqual([]);
  });

  it("trusts the file, not the hash: a line that changed is not found", () => {
    const { index, fd } = read("a\nbb\n");
    index.add(Buffer.from("cc"), 2);
    expect(index.has(fd, Buffer.from("cc"))).toBe(false);
  });
});
