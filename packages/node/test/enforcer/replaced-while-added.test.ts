// A deny-file that is replaced between two system calls of a process that adds a line.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { DenyFile } from "../../src/enforcer/deny-file.js";
import { scratch } from "../support/scratch.js";

/** Runs before the next writes. */
const beforeWrites = vi.hoisted((): (() => void)[] => []);

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const writeSync = (fd: number, bytes: Uint8Array): number => {
    beforeWrites.shift()?.();
    return fs.writeSync(fd, bytes);
  };
  return { ...fs, writeSync };
});

function setUp() {
  const path = join(scratch(), "exec.txt");
  writeFileSync(path, "/a\n/b\n");
  const replace = (): void => {
    writeFileSync(`${path}.new`, "/a\n");
    renameSync(`${path}.new`, path);
  };
  return { path, replace, file: new DenyFile(path), text: () => readFileSync(path, "utf8") };
}

it("a line that went into the old file is added to the new one", () => {
  const { file, replace, text } = setUp();
  beforeWrites.push(replace, replace);
  file.add("/late", 10);
  expect(text()).toBe("/a\n/late\n");
  expect(beforeWrites).toEqual([]);
});

it("a file that is replaced at each attempt is an error, not an endless loop", () => {
  const { file, replace } = setUp();
  beforeWrites.push(...Array<() => void>(10).fill(replace));
  expect(() => file.add("/late", 10)).toThrow("again and again");
});

it("lines of another process between two late ones are known afterwards", () => {
  const { path, file, text } = setUp();
  writeFileSync(`${path}.replaced-3`, "/a\n/one\n/two\n/three");
  beforeWrites.push(
    () => {},
    () => appendFileSync(path, "/other\n"),
  );
  file.add("/other", 10);
  expect(text()).toBe("/a\n/b\n/one\n/other\n/two\n");
});
