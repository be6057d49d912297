// The policies in the documentation and in the examples get no warning.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lint } from "@a3s-sentry/core";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test.skipIf(!existsSync(join(root, ".git")))(
  "no policy in the documentation and the examples gets a warning",
  async () => {
    const names = execFileSync("git", ["ls-files", "*.md", "examples/*.acl"], { cwd: root, encoding: "utf8" });
    const policies = names.trim().split("\n").flatMap(policiesIn);
    expect(policies.length).toBeGreaterThan(10);
    const found: string[] = [];
    for (const { name, text } of policies) {
      for (const { code, frame } of await lint(text, { name })) {
        if (code.startsWith("lint/") && !isOfFragment(code, text)) found.push(frame);
      }
    }
    expect(found).toEqual([]);
  },
);

function policiesIn(name: string): { name: string; text: string }[] {
  const text = readFileSync(join(root, name), "utf8");
  const texts =
    extname(name) === ".acl"
      ? [text]
      : [...text.matchAll(/```(?:acl)?\n((?:.|\n)*?)```/g)].map((found) => found[1] ?? "");
  return texts.filter((each) => /^rule "|^rules? =/m.test(each)).map((each) => ({ name, text: each }));
}

/** Pages show rules without the deny-files that belong to them. */
function isOfFragment(code: string, text: string): boolean {
  return code === "lint/action-denies-nothing" && !/^deny\b/m.test(text);
}
