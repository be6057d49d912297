// The command `init`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run, scratch } from "./command.js";

it.each(["coding-agent", "ci", "server", "strict"])("writes %s.acl with tests that pass", async (name) => {
  const cwd = scratch();
  const args = ["--policy", name, "--escalations", "block", "--dry-run"];
  expect(await run(["init", ...args], "", { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("wrote sentry.acl and sentry.test.acl\n"),
  });
  const text = readFileSync(join(cwd, "sentry.acl"), "utf8");
  expect(text.match(/^(?:fail_closed|dry_run) .*$/gm)?.sort()).toEqual([
    expect.stringMatching(/^dry_run {2,}= true$/),
    expect.stringMatching(/^fail_closed = true$/),
  ]);
  for (const command of ["check", "test", "fmt --check"]) {
    expect(await run([...command.split(" "), "sentry.acl"], "", { cwd })).toMatchObject({ code: 0 });
  }
});

it("keeps the settings of the stock policy without flags for them", async () => {
  const cwd = scratch();
  expect(await run(["init", "--policy", "server", "site.acl"], "", { cwd })).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, "site.acl"), "utf8")).toContain("\nfail_closed = false\ndry_run     = false\n");
});

it("overwrites nothing, and asks only on a terminal", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "sentry.acl"), "mine");
  for (const [args, message] of [
    [["--policy", "ci"], "cannot write `sentry.acl`: it exists already"],
    [[], "give `--policy NAME`: there is no terminal to ask on"],
    [["--policy", "ci", "a.toml"], "a policy ends in `.acl`, and `a.toml` does not"],
    [["--policy", "none"], "Allowed choices are coding-agent, ci, server, strict"],
  ] as const) {
    const { code, stderr } = await run(["init", ...args], "", { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
  expect(readFileSync(join(cwd, "sentry.acl"), "utf8")).toBe("mine");
});
