// The stock policies of examples/policies: `check` finds no problem in them, each passes the tests in
// the file beside it, and everyday commands pass.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Sentry, toolExec } from "@a3s-sentry/core";
import { readTests } from "@a3s-sentry/core/tools";
import { describe, expect, test } from "vitest";
import { run } from "../packaging/process.js";

const folder = fileURLToPath(new URL("../../examples/policies/", import.meta.url));
const command = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const names = ["ci", "coding-agent", "server", "strict"];
const MIN_TESTS = 20;

test("the policies are these, with tests beside each", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".acl"));
  expect(files.sort()).toEqual(names.flatMap((name) => [`${name}.acl`, `${name}.test.acl`]).sort());
});

describe.each(names)("%s.acl", (name) => {
  const file = join(folder, `${name}.acl`);

  test("is loaded without a word, and checked without a warning", async () => {
    const checked = await run(process.execPath, [command, "check", "--json", file]);
    expect([checked.code, JSON.parse(checked.stdout)]).toMatchObject([0, [{ diagnostics: [] }]]);
    const sentry = await Sentry.create(readFileSync(file, "utf8"));
    expect(sentry.warnings).toEqual([]);
    sentry.close();
  });

  test("passes its tests, which fire each of its rules", async () => {
    const tested = await run(process.execPath, [command, "test", "--min-coverage", "100", file]);
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringContaining("100 % of")]);
  });

  test(`has ${MIN_TESTS} tests and more, of each verdict`, async () => {
    const { tests } = await readTests(readFileSync(join(folder, `${name}.test.acl`), "utf8"), { holds: "tests" });
    const verdicts = tests.map(({ expect: verdict }) => verdict);
    expect(tests.length).toBeGreaterThanOrEqual(MIN_TESTS);
    expect([...new Set(verdicts)].sort()).toEqual(["allow", "block", "escalate"]);
    expect(verdicts.filter((verdict) => verdict === "allow").length).toBeGreaterThanOrEqual(MIN_TESTS / 2);
  });
});

test.each(["ci", "coding-agent", "server"])("%s.acl allows every everyday command", async (name) => {
  const sentry = await Sentry.create(readFileSync(join(folder, `${name}.acl`), "utf8"));
  const commands = everydayCommands();
  const stopped = commands.filter((text) => sentry.classify(toolExec(1, text.split(" ")))?.verdict !== "allow");
  sentry.close();
  expect(commands.length).toBeGreaterThan(200);
  expect(stopped).toEqual([]);
});

/** The commands that `check` knows as everyday ones. */
function everydayCommands(): string[] {
  const list = readFileSync(new URL("../../core-rs/crates/core/src/lint/everyday.txt", import.meta.url), "utf8");
  const [, commands = ""] = /^\[ToolExec\]\n([^[]*)/m.exec(list) ?? [];
  return commands.trimEnd().split("\n");
}
