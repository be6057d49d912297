// Telling that a file has changed.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { watchFile } from "../../src/daemon/watch.js";
import { scratch } from "../support/scratch.js";

it("tells of a change, a replacement and a deletion, and of nothing after the end", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const end = new AbortController();
  onTestFinished(() => end.abort());
  let changes = 0;
  const watching = watchFile(path, async () => void changes++, end.signal);
  const until = (number: number) => vi.waitFor(() => expect(changes).toBe(number), { timeout: 10_000, interval: 50 });
  await sleep(200);
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
