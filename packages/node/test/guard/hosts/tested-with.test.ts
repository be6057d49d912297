// The page about tested versions: those of the table of hosts, and of the packages that tests install.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { HOST_NAMES } from "../../../src/guard/hosts/host-names.js";
import { HOSTS } from "../../../src/guard/hosts/hosts.js";

const read = (path: string): string => readFileSync(new URL(`../../../../../${path}`, import.meta.url), "utf8");
const page = read("docs/tested-with.md");

it.each(HOST_NAMES)("has the version of %s", (name) => {
  expect(page).toContain(`| \`${name}\` | ${HOSTS[name].testedWith} |`);
});

it("has the versions of the packages that the tests of adapters install", () => {
  const { dependencies } = JSON.parse(read("test/package.json")) as { dependencies: Record<string, string> };
  const adapted = /^(?:ai(?:-7)?|@ai-sdk\/policy-opa|@anthropic-ai\/.*|@modelcontextprotocol\/.*)$/;
  const tested = Object.entries(dependencies).filter(([name]) => adapted.test(name));
  expect(tested.length).toBeGreaterThan(6);
  for (const [name, version] of tested) {
    const [row = ""] = page.split("\n").filter((line) => line.includes(`\`${name.replace(/-7$/, "")}\``));
    expect(row, name).toContain(version.replace("npm:ai@", ""));
  }
});
