// Every claim of the threat model names a test, and these tests exist.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const DOCS = new URL("../../docs/", import.meta.url);
const page = readFileSync(new URL("threat-model.md", DOCS), "utf8");
const defended = page.slice(page.indexOf("\n## What is defended\n"), page.indexOf("\n## What is not defended\n"));
const rows = defended.split("\n").filter((line) => line.startsWith("|") && !/^\|(?:-|\s*threat\s)/.test(line));

interface NamedTest {
  readonly file: string;
  readonly name: string;
}

function testsOf(row: string): NamedTest[] {
  return [...row.matchAll(/\]\(([^)]+)\) "([^"]+)"/g)].map(([, file = "", name = ""]) => ({ file, name }));
}

/** Whether the file has a test, or a group of tests, of that name. */
function hasTest({ file, name }: NamedTest): boolean {
  const path = fileURLToPath(new URL(file, DOCS));
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8");
  return file.endsWith(".rs") ? text.includes(`fn ${name}() {`) : text.includes(`"${name}",`);
}

it("each claim names a test", () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => testsOf(row).length === 0)).toEqual([]);
});

it("each of these tests exists", () => {
  const all = rows.flatMap(testsOf);
  expect(all.filter((test) => !hasTest(test))).toEqual([]);
});

it("a test that does not exist is found", () => {
  const [known] = rows.flatMap(testsOf);
  expect(known && hasTest(known)).toBe(true);
  expect(known && hasTest({ ...known, name: `${known.name}.` })).toBe(false);
  expect(hasTest({ file: "../no/such.test.ts", name: "x" })).toBe(false);
});
