// Watching files for changes.

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { fingerprintOf, fingerprintSync } from "../../../src/daemon/policy/file-fingerprints.js";
import { watchFiles } from "../../../src/daemon/policy/watch-files.js";
import { scratch } from "../../support/scratch.js";

/** Watches until the test ends; `reported` are the contents at each reported change. */
function watching(...paths: string[]) {
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const reported: string[] = [];
  const read = () => new Map(paths.map((path) => [path, fingerprintSync(path)]));
  let fingerprints = read();
  const over = watchFiles(
    () => fingerprints,
    async () => {
      fingerprints = read();
      reported.push(paths.map((path) => (fingerprintSync(path) === "" ? "" : readFileSync(path, "utf8"))).join("|"));
    },
    end.signal,
  );
  const until = (...expected: string[]) =>
    vi.waitFor(() => expect(reported).toEqual(expected), { timeout: 10_000, interval: 20 });
  return { reported, until, end, over };
}

it("reports a change, a replacement, a deletion and a return, and nothing after the end", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const { until, end, over, reported } = watching(path);
  writeFileSync(path, "b!");
  await until("b!");
  writeFileSync(`${path}.new`, "c!");
  renameSync(`${path}.new`, path);
  await until("b!", "c!");
  rmSync(path);
  await until("b!", "c!", "");
  writeFileSync(path, "d!");
  await until("b!", "c!", "", "d!");
  end.abort();
  await over;
  expect(reported).toHaveLength(4);
});

it("reports a change between the reading of the file and the first poll", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const before = new Map([[path, await fingerprintOf(path)]]);
  writeFileSync(path, "b!");
  const end = new AbortController();
  onTestFinished(() => end.abort());
  await new Promise<void>(
    (reported) =>
      void watchFiles(
        () => before,
        async () => reported(),
        end.signal,
      ),
  );
});

it("reports a change of any of several files", async () => {
  const folder = scratch();
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  writeFileSync(a, "a");
  writeFileSync(b, "b");
  const { until } = watching(a, b);
  writeFileSync(b, "b!");
  await until("a|b!");
  writeFileSync(a, "a!");
  await until("a|b!", "a!|b!");
});

it("reports a changed link in the path, as in a mounted ConfigMap", async () => {
  const folder = scratch();
  const version = (name: string, text: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "p.acl"), text);
    symlinkSync(name, join(folder, "..next"));
    renameSync(join(folder, "..next"), join(folder, "..data"));
  };
  version("..1", "one");
  symlinkSync("..data/p.acl", join(folder, "p.acl"));
  const { until } = watching(join(folder, "p.acl"));
  version("..2", "two");
  rmSync(join(folder, "..1"), { recursive: true });
  await until("two");
});

it("reports a file whose folder is made later", async () => {
  const folder = scratch();
  const { until } = watching(join(folder, "later", "p.acl"));
  mkdirSync(join(folder, "later"));
  writeFileSync(join(folder, "later", "p.acl"), "x");
  await until("x");
});

it("reports a file that is written in pieces once it is complete", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "old");
  const { reported, end } = watching(path);
  const poll = async () => {
    vi.advanceTimersByTime(500);
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  };
  for (const text of ["", "rule", "rule {}"]) {
    writeFileSync(path, text);
    await poll();
  }
  await poll();
  await poll();
  expect(reported).toEqual(["rule {}"]);
  end.abort();
});

it.each([1, Number.POSITIVE_INFINITY])(
  "takes at most two seconds, also for a file that changes %d times",
  async (changes) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const path = join(scratch(), "p.acl");
    writeFileSync(path, "old");
    const { reported, end } = watching(path);
    const begun = Date.now();
    for (let count = 0; reported.length === 0 && count < 100; count++) {
      if (count < changes) writeFileSync(path, `rule ${count}`);
      vi.advanceTimersToNextTimer();
      while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    }
    expect(reported).toHaveLength(1);
    expect(Date.now() - begun).toBeLessThanOrEqual(2000);
    end.abort();
  },
);

it("does not wait forever for a file that keeps changing", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "old");
  const { reported, end } = watching(path);
  let polls = 0;
  for (; reported.length === 0 && polls < 100; polls++) {
    writeFileSync(path, `rule ${polls}`);
    vi.advanceTimersByTime(500);
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  }
  expect(reported).toEqual([`rule ${polls - 1}`]);
  end.abort();
});
