// The benchmark runs and its judges agree. Its measurements are not checked here.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../bench/main.mjs", import.meta.url));

test("the benchmark proves that all judges agree, and reports every case", { timeout: 180_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--quick"]);
  expect(stdout).toMatch(/^both judges agree on [1-9]\d\d+ lines$/m);
  for (const row of [
    "`run`, working session, 14 rules",
    "`run`, working session, 100 rules",
    "`run`, command lines of 8 KB, 14 rules",
    "`classify(string)`, working session",
    "stream in chunks of 64 KiB",
    "Cedar",
    "OPA",
    "subjects built against 100 rules",
    "compile 100 rules",
    "start-up: import and first decision",
    "start-up: `a3s-sentry explain`",
    "a second `Sentry.create",
    "with its start",
    "`replay` of sessions of Claude Code",
  ]) {
    expect(stdout).toContain(row);
  }
  expect(stdout).not.toContain("NaN");
});
