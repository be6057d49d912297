// What editors know of the language: the schema against the rule engine, and the fixes of problems.
import { expect, it } from "vitest";
import { type Diagnostic, lint } from "../../src/entry/node.js";
import { docsOfWord, KINDS, keyOf, quickFixes, readTests, scopeOf } from "../../src/tools/index.js";

const RULE_SCOPES = ["", ".command", ".command.code", ".code", ".unless", ".unless.command", ".unless.command.code"];
const SCOPES = [
  ...["", "list", "include", "test", "deny", "redact", "redact.pattern", "llm", "agent", "sae"],
  ...RULE_SCOPES.map((inner) => `rule${inner}`),
];
const LISTS = ["lists", "tests", "redact.patterns", ...RULE_SCOPES.map((inner) => `rules${inner}`)];

/** A document with an unknown key in a scope. */
function unknownKeyIn(names: string): string {
  const labelled = new Set(["rule", "pattern", "list", "test"]);
  const lists = new Set(["rules", "lists", "tests", "patterns"]);
  return names
    .split(".")
    .filter((name) => name !== "")
    .reduceRight((inner, name) => {
      if (lists.has(name)) return `${name} = [{ ${inner} }]`;
      return names.startsWith("rules.")
        ? `${name} = { ${inner} }`
        : `${name} ${labelled.has(name) ? '"x" ' : ""}{ ${inner} }`;
    }, "zzzzzzzz = 7");
}

async function problemsOf(text: string): Promise<Diagnostic[]> {
  const include = (): [] => [];
  const { diagnostics } = await readTests(text, { include });
  return [...(await lint(text, { include })), ...diagnostics];
}

it.each([...SCOPES, ...LISTS].filter((scope) => !scope.endsWith(".unless")))(
  "has the keys of `%s` that the rule engine has",
  async (scope) => {
    const text = unknownKeyIn(scope);
    const unknown = (await problemsOf(text)).find(({ message }) => message.includes("zzzzzzzz"));
    expect(unknown, text).toBeDefined();
    const named = [...(unknown?.help ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name);
    // The label of a block is its name.
    const known = named.filter((name) => name !== "name" || LISTS.includes(scope));
    expect(Object.keys(scopeOf(scope === "" ? [] : scope.split(".")) ?? {}).sort()).toEqual(known.sort());
  },
);

it("documents each key", () => {
  for (const scope of [...SCOPES, ...LISTS]) {
    const keys = Object.entries(scopeOf(scope === "" ? [] : scope.split(".")) ?? {});
    for (const [name, { docs }] of keys) expect(docs, `${scope}.${name}`).toMatch(/^[a-zA-Z].*\.$/);
  }
});

it("has the words of the rule engine", () => {
  expect(keyOf(["rule"], "on")?.value).toEqual({ is: "words", words: [...KINDS, "*"], list: true });
  expect(docsOfWord("Dns")).toContain("name");
});

it("knows nothing of what every object has", () => {
  expect(scopeOf(["constructor"])).toBeUndefined();
  expect(keyOf([], "toString")).toBeUndefined();
  expect(docsOfWord("constructor")).toBeUndefined();
});

/** The text after the first fix of the first problem. */
async function fixed(text: string): Promise<string | undefined> {
  for (const problem of await problemsOf(text)) {
    const [fix] = quickFixes(text, problem);
    if (fix !== undefined) return text.slice(0, fix.from) + fix.insert + text.slice(fix.to);
  }
  return undefined;
}

const REST = 'verdict = "block" severity = "low" reason = "r"';

it.each([
  ["fail_closd = true", "fail_closed = true"],
  ['default = "alow"', 'default = "allow"'],
  [`rule "a" { on = "ToolExce" match = "x" ${REST} }`, 'on = "ToolExec"'],
  [`rule "a" { match = "x" ${REST} }`, '{ on = "ToolExec"  match'],
  [`rule "a" { on = "Dns" match = "\\.x" ${REST} }`, '"\\\\.x"'],
  ["default = allow", 'default = "allow"'],
  ["fail_closed := true", "fail_closed = true"],
  ['"dry_run" = true', "dry_run = true"],
  ['test "a" { command = "ls" }', '{ expect = "block"  command'],
])("mends `%s`", async (text, expected) => expect(await fixed(text)).toContain(expected));
