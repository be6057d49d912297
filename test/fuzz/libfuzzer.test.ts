// What `npm run fuzz` reads of libFuzzer's output, and what it refuses.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
// @ts-expect-error: the scripts are JavaScript, outside of the tests' project.
import { failureOf, optionsOf, summaryOf } from "../../scripts/lib/libfuzzer.mjs";

const DONE = `INFO: Loaded 1 modules   (4381 inline 8-bit counters): 4381 [0x55, 0x56),
INFO: Loaded 1 PC tables (4381 PCs): 4381 [0x57,0x58),
#16	INITED cov: 1183 ft: 1789 corp: 15/1326b exec/s: 0 rss: 27Mb
#4096	pulse  cov: 1189 ft: 1903 corp: 75/12Kb lim: 270 exec/s: 2048 rss: 28Mb
#84890	DONE   cov: 1290 ft: 2500 corp: 980/93Kb lim: 290 exec/s: 21222 rss: 30Mb
Done 84890 runs in 4 second(s)
stat::number_of_executed_units: 84890
`;
const FAILED = `#7	NEW    cov: 3 ft: 3 corp: 2/2b lim: 4 exec/s: 0 rss: 27Mb L: 1/1 MS: 1 ChangeBit-

thread '<unnamed>' (7) panicked at fuzz/src/event.rs:57:5:
assertion failed: left == right
==7== ERROR: libFuzzer: deadly signal
artifact_prefix='/x/'; Test unit written to /x/crash-0a
stat::number_of_executed_units: 9
`;

describe("the output of libFuzzer", () => {
  it("gives the numbers of a run", () => {
    expect(summaryOf(DONE)).toBe("84,890 inputs, 1,290 of 4,381 edges, 2,500 features, 980 inputs in the corpus");
    expect(failureOf(DONE)).toBeUndefined();
    expect(summaryOf("")).toBe("no input was run");
  });

  it("gives the file of an input that failed, and why", () => {
    const message = "thread '<unnamed>' (7) panicked at fuzz/src/event.rs:57:5:\n  assertion failed: left == right";
    expect(failureOf(FAILED)).toEqual({ file: "/x/crash-0a", message });
    expect(failureOf("==7== ERROR: libFuzzer: timeout\nTest unit written to /x/timeout-0a")).toEqual({
      file: "/x/timeout-0a",
      message: "ERROR: libFuzzer: timeout",
    });
  });
});

it("a run has a limit, and keeps failing inputs in its folder", () => {
  expect(optionsOf(30, "/x")).toEqual(expect.arrayContaining(["-max_total_time=30", "-artifact_prefix=/x/"]));
});

const fuzz = (...args: string[]) =>
  spawnSync(process.execPath, [fileURLToPath(new URL("../../scripts/fuzz.mjs", import.meta.url)), ...args], {
    encoding: "utf8",
  });

it.each([
  [
    ["--target", "nope"],
    "unknown target `nope`\nwhat to do: use one of acl, command, event, format, matcher, redact, rules, stream",
  ],
  [["--minutes", "0"], "invalid `--minutes 0`"],
])("the command %j says what is wrong", (args, message) => {
  const { status, stderr } = fuzz(...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});
