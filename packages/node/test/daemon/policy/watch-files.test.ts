// Telling that files have changed.
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stampNow, stampOf, watchFiles } from "../../../src/daemon/policy/watch-files.js";
import { scratch } from "../../support/scratch.js";

/** Watches until the test ends; `told` are the contents that were there when a change was told. */
function watching(...paths: string[]) {
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const told: string[] = [];
  const read = () => new Map(paths.map((path) => [path, stampNow(path)]));
  let stamps = read();
  const over = watchFiles(
    () => stamps,
    async () => {
      stamps = read();
      told.push(paths.map((path) => (stampNow(path) === "" ? "" : readFileSync(path, "utf8"))).join("|"));
    },
    end.signal,
  );
  const until = (...expected: string[]) =>
    vi.waitFor(() => expect(told).toEqual(expected), { timeout: 10_000, interval: 20 });
  return { told, until, end, over };
}

it("tells of a change, a replacement, a deletion and a return, and of nothing after the end", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const { until, end, over, told } = watching(path);
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
  expect(told).toHaveLength(4);
});

it("tells of a change between the reading of the file and the first look", async () => {
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "a");
  const before = new Map([[path, await stampOf(path)]]);
  writeFileSync(path, "b!");
  const end = new AbortController();
  onTestFinished(() => end.abort());
  await new Promise<void>(
    (told) =>
      void watchFiles(
        () => before,
        async () => told(),
        end.signal,
      ),
  );
});

it("tells of any of several files", async () => {
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

it("tells when a link on the way leads elsewhere, as in a mounted ConfigMap", async () => {
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

it("tells of a file whose folder comes later", async () => {
  const folder = scratch();
  const { until } = watching(join(folder, "later", "p.acl"));
  mkdirSync(join(folder, "later"));
  writeFileSync(join(folder, "later", "p.acl"), "x");
  await until("x");
});

it("tells of a file that is written in pieces once it is whole", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "old");
  const { told, end } = watching(path);
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
  expect(told).toEqual(["rule {}"]);
  end.abort();
});

it.each([1, Number.POSITIVE_INFINITY])(
  "takes at most two seconds, also for a file that changes %d times",
  async (changes) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const path = join(scratch(), "p.acl");
    writeFileSync(path, "old");
    const { told, end } = watching(path);
    const begun = Date.now();
    for (let count = 0; told.length === 0 && count < 100; count++) {
      if (count < changes) writeFileSync(path, `rule ${count}`);
      vi.advanceTimersToNextTimer();
      while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    }
    expect(told).toHaveLength(1);
    expect(Date.now() - begun).toBeLessThanOrEqual(2000);
    end.abort();
  },
);

it("does not wait for ever for a file that never rests", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(scratch(), "p.acl");
  writeFileSync(path, "old");
  const { told, end } = watching(path);
  let looks = 0;
  for (; told.length === 0 && looks < 100; looks++) {
    writeFileSync(path, `rule ${looks}`);
    vi.advanceTimersByTime(500);
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  }
  expect(told).toEqual([`rule ${looks - 1}`]);
  end.abort();
});
