// The benchmark runs, and its two judges agree; what it measures decides nothing.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../bench/main.mjs", import.meta.url));

test("the benchmark proves that both judges agree, and tells every case", { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--quick"]);
  expect(stdout).toMatch(/^both judges agree on [1-9]\d\d+ lines$/m);
  for (const name of ["classify(string)", "stream, 64 KiB chunks", "compile, with 100 site rules", "start-up"]) {
    expect(stdout).toContain(name);
  }
  expect(stdout).not.toContain("NaN");
});
