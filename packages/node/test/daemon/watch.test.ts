// Telling that a file has changed.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stampOf, watchFile } from "../../src/daemon/watch.js";
import { scratch } from "../support/scratch.js";

it("tells of a change, a replacement and a deletion, and of nothing after the end", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const end = new AbortController();
  onTestFinished(() => end.abort());
  let changes = 0;
  const watching = watchFile(path, await stampOf(path), async () => void changes++, end.signal);
  const until = (number: number) => vi.waitFor(() => expect(changes).toBe(number), { timeout: 10_000, interval: 50 });
  writeFileSync(path, "b!");
  await until(1);
  writeFileSync(`${path}.new`, "c!");
  renameSync(`${path}.new`, path);
  await until(2);
  rmSync(path);
  await until(3);
  end.abort();
  await watching;
});

it("tells of a change between the reading of the file and the first look", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const before = await stampOf(path);
  writeFileSync(path, "b!");
  const end = new AbortController();
  onTestFinished(() => end.abort());
  await new Promise<void>((told) => void watchFile(path, before, async () => told(), end.signal));
});

it("tells of a file that is written in pieces once it is whole", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "old");
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const read: string[] = [];
  void watchFile(path, await stampOf(path), async () => void read.push(readFileSync(path, "utf8")), end.signal);
  const look = async () => {
    vi.advanceTimersByTime(500);
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  };
  for (const text of ["", "rule", "rule {}"]) {
    writeFileSync(path, text);
    await look();
  }
  await look();
  await look();
  expect(read).toEqual(["rule {}"]);
});
