// The checks of the chaos test find every fault that they are for.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
// @ts-expect-error: the chaos test is JavaScript, outside of the tests' project.
import { Ledger, target } from "./ledger.mjs";

interface Audit {
  readonly verdict?: string;
  readonly enforced?: string;
  readonly enforce_error?: string;
}

const audit = (number: number, { verdict = "block", ...rest }: Audit = { enforced: "x" }): string =>
  JSON.stringify({ subject: target(number), decision: { verdict }, ...rest });

/** The problems of a run that sent the numbers 0 to 2, and left this file. */
function problems(lines: readonly string[], file: string, { how = "ended", isFull = false } = {}): string[] {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-chaos-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ledger = new Ledger(join(folder, "deny"));
  for (let i = 0; i < 3; i++) ledger.send(false);
  ledger.diskWasFull = isFull;
  for (const line of lines) ledger.read(line);
  writeFileSync(ledger.path, file);
  ledger.check(how);
  return ledger.problems;
}

const FILE = `${target(0)}\n${target(1)}\n${target(2)}\n`;
const FULL = { enforce_error: "cannot add to deny-file `x`: the disk is full" };

it("a run in which every deny is acknowledged and written has no problem", () => {
  expect(problems([audit(0), audit(1), audit(2)], FILE)).toEqual([]);
});

it("a killed run may have written more than it has acknowledged, and a full disk refuses denies", () => {
  expect(problems([audit(0)], FILE, { how: "killed" })).toEqual([]);
  expect(problems([audit(0), audit(1, FULL)], `${target(0)}\n`, { how: "killed", isFull: true })).toEqual([]);
});

it.each<[string, string[], string, string]>([
  [
    "a deny that is not written",
    [audit(0), audit(1), audit(2)],
    `${target(0)}\n${target(2)}\n`,
    "acknowledged, and not in",
  ],
  ["a part of a line", [audit(0), audit(1), audit(2)], `${FILE}${target(2).slice(0, 9)}`, "ends with a part of a line"],
  ["two lines in one", [audit(0), audit(1), audit(2)], `${FILE}${target(0)}${target(1)}\n`, "has a torn line"],
  ["a target that was not sent", [audit(0), audit(1), audit(2)], `${FILE}${target(9)}\n`, "has a torn line"],
  ["a target twice", [audit(0), audit(1), audit(2)], `${FILE}${target(0)}\n`, "has a target twice"],
  ["a torn audit line", [audit(0), audit(1).slice(9)], FILE, "a torn audit line"],
  ["a lost audit line", [audit(0), audit(2)], FILE, "an audit line of 2 where that of 1 was due"],
  ["missing audit lines at the end", [audit(0)], FILE, "2 events have no audit line"],
  ["a block that became an allow", [audit(0, { verdict: "allow" })], FILE, "not blocked"],
  ["a deny that is refused without a full disk", [audit(0, FULL)], FILE, "a deny that was refused"],
])("%s is found", (_, lines, file, problem) => {
  expect(problems(lines, file)).toContainEqual(expect.stringContaining(problem));
});
