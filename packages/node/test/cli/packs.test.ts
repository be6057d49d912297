// `packs`: the table of all packs, and the page of one, as text and as JSON.

import { PACKS } from "@a3s-sentry/core/tools";
import { expect, it } from "vitest";
import { PACK_NAMES } from "../../src/cli/packs/options.js";
import { run } from "../support/command.js";

it("knows the packs that the rule engine has", () => {
  expect(PACK_NAMES).toEqual(PACKS);
});

it("lists all packs: which are on by default, and what they flag", async () => {
  const { code, stdout } = await run(["packs"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/traces +│ on +│ +\d+ │ +\d+ │ +\d+ /);
  expect(stdout).toMatch(/publishing +│ off +│ +3 │ +0 │/);
  expect(stdout).toMatch(/of [\d,]+ overt attacks and [\d,]+ everyday events/);
});

it("shows the rules of a pack with their cases, also as JSON", async () => {
  const page = await run(["packs", "git-history"]);
  expect(page.stdout).toMatch(/^git-history, off by default: 3 rules$/m);
  expect(page.stdout).toMatch(
    /^branch-deleted\n {2}escalate, medium: .*\(ToolExec\)\n {2}escalate {2}ToolExec git push origin --delete old$/m,
  );
  expect(page.stdout).toMatch(/^left alone\n(?: {2}.*\n)* {2}ToolExec git clean -n$/m);
  const { stdout } = await run(["packs", "--json", "git-history"]);
  expect(JSON.parse(stdout)).toMatchObject({ name: "git-history", isOn: false, cases: { length: 6 } });
});

it("shows what the commands of the cases do", async () => {
  const page = await run(["packs", "credentials"]);
  expect(page.stdout).toMatch(
    /^ {2}block {2}ToolExec tar czf \/tmp\/a\.tgz \/etc\/shadow\n {7}reads \/etc\/shadow\n {7}writes \/tmp\/a\.tgz$/m,
  );
  const { stdout } = await run(["packs", "--json", "credentials"]);
  const effects = ["reads /etc/shadow", "writes /tmp/a.tgz"];
  expect(JSON.parse(stdout).cases).toContainEqual(expect.objectContaining({ rule: "password-file", effects }));
});
